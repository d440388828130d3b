import { AppError, isAppError, toAppError } from '@attune/errors';
import type { ScoredItem } from '../domain/candidate';
import type { ModelRef } from '../domain/decision';
import type { ModelAnswer, Waiting } from '../ports';
import { workerReplaced } from '../telemetry';
import type { ModelWorkerProcess } from './model-worker-process';
import type { ModelFacts, Question } from './protocol';

/** Starts a worker with the model of a `LiveModel`. */
export type StartWorker = (waiting: Waiting) => Promise<ModelWorkerProcess>;

/** What a live model reports to the logs. */
export interface LiveModelLog {
  warn(details: object, message: string): void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;
/** How much of the popular list is kept; ONNX Runtime's TopK is slow beyond. Longer lists are asked for as they come. */
const POPULAR_KEPT = 500;

/**
 * One version of a model with its workers. It asks the worker with the fewest calls, and replaces every worker that ends,
 * without anybody noticing but the calls that were with it. It counts who uses it, so that it can be retired without failing
 * a request.
 */
export class LiveModel {
  readonly #workers: (ModelWorkerProcess | undefined)[];
  readonly #closing = new AbortController();
  readonly #itemIds: readonly string[];
  readonly facts: ModelFacts;
  readonly #replacing = new Set<Promise<void>>();
  callCount = 0;
  #popular: ModelAnswer | undefined;
  #borrowers = 0;
  #next = 0;

  private constructor(
    readonly ref: ModelRef,
    readonly loadedAt: Date,
    workers: readonly ModelWorkerProcess[],
    private readonly start: StartWorker,
    private readonly logger: LiveModelLog,
  ) {
    this.#workers = [...workers];
    this.facts = workers[0]!.facts;
    this.#itemIds = workers[0]!.itemIds;
    for (const [slot, worker] of workers.entries()) this.#watch(worker, slot);
  }

  /** Starts the workers; throws when one of them refuses the artifact. */
  static async open(input: OpenLiveModel, waiting: Waiting): Promise<LiveModel> {
    const started = await Promise.allSettled(Array.from({ length: input.workers }, () => input.start(waiting)));
    const workers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      for (const worker of workers) worker.close();
      throw failed.reason;
    }
    return new LiveModel(input.ref, input.clock(), workers, input.start, input.logger);
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

  /** Asks the model; a call that lost its worker fails with `unavailable.model_worker`. */
  async ask(question: Question, waiting: Waiting): Promise<ModelAnswer> {
    const worker = this.#pick();
    if (worker === undefined) {
      throw new AppError('unavailable.model_worker', `the worker of ${this.ref.name} is being replaced; try again`);
    }
    this.callCount++;
    const { isKnown, indices, scores } = await worker.ask(question, waiting);
    const items: ScoredItem[] = new Array(indices.length);
    for (let i = 0; i < indices.length; i++) items[i] = { itemId: this.#itemIds[indices[i]!]!, score: scores[i]! };
    return { items, isKnown };
  }

  /** What is popular with everybody: the same list for every request, so the graph runs once and its answer is kept. */
  async popular(count: number, waiting: Waiting): Promise<ModelAnswer> {
    if (count > POPULAR_KEPT) return this.ask({ ask: 'popular', key: '', count }, waiting);
    this.#popular ??= await this.ask({ ask: 'popular', key: '', count: POPULAR_KEPT }, waiting);
    return { isKnown: true, items: this.#popular.items.slice(0, count) };
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

  #pick(): ModelWorkerProcess | undefined {
    for (let tried = 0; tried < this.#workers.length; tried++) {
      this.#next = (this.#next + 1) % this.#workers.length;
      const worker = this.#workers[this.#next];
      if (worker?.isAlive) return worker;
    }
    return undefined;
  }

  #closeWorkers(): void {
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
    this.logger.warn({ err: reason, model: this.ref }, 'a model worker ended and is being replaced');
    for (let delayMs = FIRST_RETRY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
      try {
        const worker = await this.start({ signal });
        if (signal.aborted) return worker.close();
        this.#workers[slot] = worker;
        this.#watch(worker, slot);
        workerReplaced(this.ref);
        return;
      } catch (error) {
        if (signal.aborted || isAppError(error, 'cancelled')) return;
        this.logger.warn(
          { err: toAppError(error), model: this.ref, delayMs },
          'a model worker could not be replaced yet',
        );
        await afterMs(delayMs, signal);
      }
    }
  }
}

/** What a live model is opened with. */
export interface OpenLiveModel {
  readonly ref: ModelRef;
  readonly workers: number;
  readonly start: StartWorker;
  readonly clock: () => Date;
  readonly logger: LiveModelLog;
}

function afterMs(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    timer.unref();
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
