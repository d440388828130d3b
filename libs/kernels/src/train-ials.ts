import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { AppError } from '@attune/errors';
import { type Csr, checkCsr, transposeCsr } from './csr';
import { fillMemory, readFactors, readLoss } from './ials-memory';
import { checkExposures, checkSettings, type IalsExposures, type IalsSettings, type IalsStart } from './ials-settings';
import { SOLVE_BOTH, SOLVE_ITEMS, SOLVE_USERS } from './ials-steps';
import type { IalsStepAnswer, IalsWorkerData } from './ials-worker';
import { BUILT_FOLDER, loadKernelModule, scratchBytes, sharedMemory } from './kernel-module';
import { planMemory } from './memory-layout';
import { SHARED_WORDS, SharedSteps } from './shared-steps';
import { WorkerPool } from './worker-pool';

/** One finished iteration: both sides were solved once. */
export interface IalsIteration {
  /** From 1. */
  readonly iteration: number;
  /** The objective that iALS minimizes; it falls from one iteration to the next. */
  readonly loss: number;
  readonly seconds: number;
  /** A copy of the vectors as they are now; call it before `onIteration` returns or resolves. */
  factors(): IalsFactors;
}

/** Data, settings and callbacks of one training. */
export interface TrainIalsRequest extends IalsSettings {
  /**
   * Observed weights by user, near 1. A negative weight speaks against its pair: its square of the score counts as much as the number says
   * without the sign. A pair may have one of each.
   */
  readonly users: Csr;
  /** The same matrix by item; computed when it is not given. */
  readonly items?: Csr;
  readonly itemCount: number;
  /** 1 for every row where there are none. */
  readonly exposures?: IalsExposures;
  readonly start?: IalsStart;
  /** Solve users once more at the end, so that each has the vector that fold-in gives for the same entries. Default false. */
  readonly closeUsers?: boolean;
  readonly signal?: AbortSignal;
  /** Where it returns a promise, the next iteration waits for it. */
  readonly onIteration?: (iteration: IalsIteration) => unknown;
}

/** Trained vectors, row by row. */
export interface IalsFactors {
  /** [userCount x rank] */
  readonly userFactors: Float32Array<ArrayBuffer>;
  /** [itemCount x rank] */
  readonly itemFactors: Float32Array<ArrayBuffer>;
}

/**
 * Implicit matrix factorization by alternating least squares (Hu et al. 2008) in the form of Rendle et al. 2021: minimizes
 * sum over observed w (x.y - 1)^2 + sum over what speaks against a pair |w| (x.y)^2 + alpha0 * sum over all pairs (x.y)^2 +
 * frequency-scaled regularization, by solving each row exactly (Gramian trick, Cholesky) in WebAssembly SIMD on worker threads that share one memory.
 *
 * The same seed gives the same bytes on the same machine for any number of threads. Rejects with `cancelled.kernel` on abort,
 * `internal.diverged` when a row has no finite solution, `internal.worker_crashed` when a thread dies, and before it begins with
 * `failed_precondition.dataset_too_large` when the matrices do not fit into one WebAssembly memory.
 */
export async function trainIals(request: TrainIalsRequest): Promise<IalsFactors> {
  checkSettings(request);
  const { users, itemCount, rank, threads, signal } = request;
  if (itemCount < 1 || users.rowCount < 1) throw new AppError('invalid.matrix', 'there must be a user and an item');
  checkCsr(users, itemCount, 'users', 'signed');
  const items = request.items ?? transposeCsr(users, itemCount);
  if (items.rowCount !== itemCount)
    throw new AppError('invalid.matrix', 'the matrix of items must have itemCount rows');
  checkCsr(items, users.rowCount, 'items', 'signed');
  if (request.exposures !== undefined) {
    checkExposures(request.exposures.users, users.rowCount, 'users');
    checkExposures(request.exposures.items, itemCount, 'items');
  }

  const layout = planMemory(
    { userCount: users.rowCount, itemCount, entries: users.indices.length, rank, threads, scratchBytes },
    request.alpha0,
  );
  const memory = sharedMemory(layout.totalBytes);
  const { exposures, start } = request;
  fillMemory(memory.buffer, layout, { users, items, exposures, start }, request);

  const module = loadKernelModule();
  const workerData = layout.scratch.map((_, thread): IalsWorkerData => ({ module, memory, layout, thread }));
  await using pool = new WorkerPool({ workerPath: join(BUILT_FOLDER, 'ials-worker.js'), workerData, signal });
  const steps = new SharedSteps(new Int32Array(memory.buffer, layout.shared, SHARED_WORDS), threads);
  const runStep = async (kind: number) => {
    steps.begin(kind);
    const failed = (await pool.run<IalsStepAnswer>('step')).find((answer) => answer !== undefined);
    if (failed !== undefined)
      throw diverged(`the equations of ${failed.side} row ${failed.row} have no finite solution`);
  };
  const factors = () => ({
    userFactors: readFactors(memory.buffer, layout.users, layout.rank, rank),
    itemFactors: readFactors(memory.buffer, layout.items, layout.rank, rank),
  });
  await iterate(request, {
    runStep,
    factors,
    loss: () => readLoss(memory.buffer, layout, sumOfPositive(users.values)),
  });
  return factors();
}

interface Training {
  readonly runStep: (kind: number) => Promise<void>;
  readonly factors: () => IalsFactors;
  readonly loss: () => number;
}

async function iterate(
  { iterations, onIteration, start, closeUsers }: TrainIalsRequest,
  { runStep, factors, loss: lossNow }: Training,
): Promise<void> {
  if (start?.side === 'users') await runStep(SOLVE_ITEMS);
  for (let iteration = 1 + (start?.iterationsDone ?? 0); iteration <= iterations; iteration++) {
    const startMs = performance.now();
    await runStep(SOLVE_BOTH);
    const seconds = (performance.now() - startMs) / 1000;
    const loss = lossNow();
    if (!Number.isFinite(loss)) throw diverged(`the loss became ${loss} in iteration ${iteration}`);
    await onIteration?.({ iteration, loss, seconds, factors });
  }
  if (closeUsers === true) await runStep(SOLVE_USERS);
}

function diverged(what: string): AppError {
  return new AppError('internal.diverged', `${what}; raise the regularization or check the weights`);
}

function sumOfPositive(values: Float32Array): number {
  let total = 0;
  for (const value of values) if (value > 0) total += value;
  return total;
}
