import { AppError, isAppError, toAppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type { ItemCatalog } from '../item-ports';
import type { Waiting } from '../ports';
import { workerReplaced } from '../telemetry';
import { ItemRows } from './item-rows';
import type { ModelTables } from './model-tables';
import type { ModelWorkerProcess } from './model-worker-process';
import type { Job, JobAnswer, ModelFacts, RowsOverItems } from './protocol';
import { afterMs } from './wait';

/** Starts a worker with the model of a `LiveModel`: the first one makes the tables and tells the items, the others are given them. */
export type StartWorker = (start: {
  readonly signal: AbortSignal;
  readonly tables: ModelTables | undefined;
  readonly onItems?: (itemIds: readonly string[]) => void;
}) => Promise<ModelWorkerProcess>;

/** What a live model reports to the logs. */
export interface LiveModelLog {
  info?(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** What a live model is opened with. */
export interface OpenLiveModel {
  readonly ref: ModelRef;
  readonly workers: number;
  readonly start: StartWorker;
  readonly catalog: Pick<ItemCatalog, 'numberOf'>;
  readonly clock: () => Date;
  readonly logger: LiveModelLog;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

/**
 * One version of a model with its workers and its tables. It asks the worker with the fewest calls, and replaces every worker that
 * ends, without anybody noticing but the calls that were with it. It counts who uses it, so that it can be retired without failing a
 * request.
 */
export class LiveModel {
  readonly #workers: (ModelWorkerProcess | undefined)[];
  readonly #closing = new AbortController();
  readonly facts: ModelFacts;
  readonly tables: ModelTables;
  readonly ref: ModelRef;
  readonly loadedAt: Date;
  readonly #replacing = new Set<Promise<void>>();
  callCount = 0;
  /** What was laid over the items, for workers that start later. */
  rowsOverItems: () => RowsOverItems | undefined = () => undefined;
  /** Called once nobody can ask it any more. */
  onEnd: () => void = () => undefined;
  #borrowers = 0;

  private constructor(
    private readonly input: OpenLiveModel,
    readonly rows: ItemRows,
    workers: readonly ModelWorkerProcess[],
  ) {
    this.ref = input.ref;
    this.loadedAt = input.clock();
    this.facts = workers[0]!.facts;
    this.tables = workers[0]!.tables;
    this.#workers = this.facts.needsWorkers ? [...workers] : [];
    for (const [slot, worker] of this.#workers.entries()) this.#watch(worker!, slot);
    // where the tables say everything, the thread that made them has nothing left to do
    if (!this.facts.needsWorkers) for (const worker of workers) worker.close();
  }

  /** Starts the workers; throws when one of them refuses the artifact. */
  static async open(input: OpenLiveModel, { signal }: Waiting): Promise<LiveModel> {
    const rows = new ItemRows(input.catalog);
    const first = await input.start({ signal, tables: undefined, onItems: (itemIds) => rows.add(itemIds) });
    const { tables, facts } = first;
    const others = facts.needsWorkers ? input.workers - 1 : 0;
    const started = await Promise.allSettled(Array.from({ length: others }, () => input.start({ signal, tables })));
    const workers = [first, ...started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))];
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return new LiveModel(input, rows.finish(), workers);
    for (const worker of workers) worker.close();
    throw failed.reason;
  }

  /** Resolves when every worker that has ended is replaced. */
  async replaced(): Promise<void> {
    await Promise.all(this.#replacing);
  }

  /** Takes part in a request; `giveBack` ends it. */
  borrow(): void {
    this.#borrowers++;
  }

  giveBack(): void {
    this.#borrowers--;
    if (this.#borrowers === 0 && this.#closing.signal.aborted) this.#closeWorkers();
  }

  /** Asks a worker; a call that lost its worker fails with `unavailable.model_worker`. */
  ask(job: Job, waiting: Waiting): Promise<JobAnswer> {
    const { workers } = this;
    if (workers.length === 0) {
      const message = `the worker of ${this.ref.name} is being replaced; try again`;
      return Promise.reject(new AppError('unavailable.model_worker', message));
    }
    return workers.reduce((idlest, worker) => (worker.load < idlest.load ? worker : idlest)).ask(job, waiting);
  }

  /** Lays rows over the items in all workers. One that ends meanwhile is replaced by one that has them. */
  async overlay(rows: RowsOverItems): Promise<void> {
    const taken = await Promise.allSettled(this.workers.map((worker) => worker.overlay(rows)));
    const failed = taken.find((one) => one.status === 'rejected' && !isAppError(one.reason, 'unavailable'));
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** Takes no more workers; those in use end when the last borrower is done. */
  retire(): void {
    this.#closing.abort();
    if (this.#borrowers === 0) this.#closeWorkers();
  }

  /** The workers that are alive. */
  get workers(): readonly ModelWorkerProcess[] {
    return this.#workers.filter((worker) => worker?.isAlive === true) as ModelWorkerProcess[];
  }

  #closeWorkers(): void {
    this.onEnd();
    this.onEnd = () => undefined;
    for (const worker of this.#workers) worker?.close();
  }

  #watch(worker: ModelWorkerProcess, slot: number): void {
    void worker.ended.then((reason) => {
      this.#workers[slot] = undefined;
      if (this.#closing.signal.aborted) return;
      const replacing = this.#replace(slot, reason).finally(() => this.#replacing.delete(replacing));
      this.#replacing.add(replacing);
    });
  }

  async #replace(slot: number, reason: AppError): Promise<void> {
    const { signal } = this.#closing;
    const { logger } = this.input;
    logger.warn({ err: reason, model: this.ref }, 'a model worker ended and is being replaced');
    for (let delayMs = FIRST_RETRY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
      try {
        const worker = await this.input.start({ signal, tables: this.tables });
        if (signal.aborted) return worker.close();
        // in one turn, before any question: no later rows can slip in between
        const rows = this.rowsOverItems();
        if (rows !== undefined) worker.overlay(rows).catch(() => worker.close());
        this.#workers[slot] = worker;
        this.#watch(worker, slot);
        workerReplaced(this.ref);
        return;
      } catch (error) {
        if (signal.aborted || isAppError(error, 'cancelled')) return;
        const problem = toAppError(error);
        logger.warn({ err: problem, model: this.ref, delayMs }, 'a model worker could not be replaced yet');
        await afterMs(delayMs, signal);
      }
    }
  }
}
