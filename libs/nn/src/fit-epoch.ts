import { AppError, isAppError } from '@attune/errors';
import { batchOf } from './feeds';
import type { FitState } from './fit-checkpoint';
import type { FitBatch, FitRequest } from './fit-request';
import { applyRows, gatherRows, lookupsOf } from './fit-tables';
import { learningRateAt } from './schedules';

/** Steps between two reports of progress. */
const REPORT_EVERY = 50;

/** What an epoch came to. */
export interface EpochResult {
  /** Mean over its examples. */
  readonly loss: number;
  readonly steps: number;
  /** Of its last step. */
  readonly learningRate: number;
  readonly samplesPerSecond: number;
}

/** Runs the epoch that follows `state`. */
export async function trainEpoch(request: FitRequest, state: FitState): Promise<EpochResult> {
  const startedAt = performance.now();
  let [sum, examples, steps, learningRate] = [0, 0, 0, 0];
  const result = (): EpochResult => {
    const samplesPerSecond = (1_000 * examples) / (performance.now() - startedAt);
    return { loss: sum / examples, steps, learningRate, samplesPerSecond };
  };
  for await (const batch of request.batches(state.epochs)) {
    await breathe(request.signal);
    learningRate = learningRateAt(request.schedule, state.steps + steps);
    const step = await trainBatch(request, batch, { learningRate, epoch: state.epochs + 1 });
    sum += step.loss * step.examples;
    examples += step.examples;
    if (++steps % REPORT_EVERY === 0) {
      request.onProgress?.({ ...result(), epoch: state.epochs + 1, epochs: request.epochs, isEpochDone: false });
    }
  }
  if (steps === 0) {
    throw new AppError('failed_precondition.dataset_empty', 'an epoch has no examples; there is nothing to learn from');
  }
  return result();
}

/** Lets events arrive, among them the one that ends the training: engines compute on this thread without a pause. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (!signal?.aborted) return;
  throw new AppError('cancelled.training', 'the training was cancelled', { cause: signal.reason });
}

async function trainBatch(
  request: FitRequest,
  batch: FitBatch,
  at: { readonly epoch: number; readonly learningRate: number },
): Promise<{ readonly loss: number; readonly examples: number }> {
  const { net } = request.compiled;
  const lookups = lookupsOf(request, batch);
  const feeds = { ...batch.feeds, ...gatherRows(lookups) };
  const examples = batchOf(new Map([...net.inputs, ...net.rowInputs]), feeds);
  try {
    const { loss, rowGradients } = await request.compiled.step(feeds, at);
    applyRows(lookups, rowGradients, at.learningRate);
    return { loss, examples };
  } catch (error) {
    if (!isAppError(error, 'internal.diverged')) throw error;
    throw new AppError(
      'internal.diverged',
      `the training diverged in epoch ${at.epoch} with a learning rate of ${at.learningRate}: ${error.message}`,
      { cause: error },
    );
  }
}
