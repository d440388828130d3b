import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '@attune/errors';
import type { Waiting } from '../ports';
import { type Call, JobQueue } from './job-queue';
import type { ModelTables } from './model-tables';
import type {
  FromWorker,
  Job,
  JobAnswer,
  JobProblem,
  ModelFacts,
  RowsOverItems,
  ToWorker,
  WorkerInput,
} from './protocol';

/** How long a worker may be silent, in milliseconds. */
export interface WorkerPatience {
  readonly loadMs: number;
  readonly answerMs: number;
}

/** What a worker is started with beside its artifact. */
export interface StartOptions {
  readonly patience: WorkerPatience;
  readonly signal: AbortSignal;
  /** Told the item ids in pieces, in the order of their rows, before the start is done. */
  readonly onItems?: (itemIds: readonly string[]) => void;
  /** The built worker, unless a test has another one. */
  readonly file?: string;
  readonly now?: () => number;
}

/** Two messages are with the worker so that it never waits for us; the rest wait here, where they can still be cancelled. */
const IN_FLIGHT = 2;

/** What the worker was sent, and who waits for it. */
interface Sent {
  readonly calls: readonly Call[];
  readonly settle?: (problem: JobProblem | undefined) => void;
  readonly atMs: number;
}

/** The built worker: jest runs from sources, worker threads only from `dist`. */
function workerFile(): string {
  return join(dirname(require.resolve('@attune/serving/package.json')), 'dist/execution/model-worker.js');
}

/**
 * One worker thread with one model. ONNX Runtime blocks the thread on which it loads and runs, so that thread is never ours.
 * A worker that does not answer in time is ended: every call that it held fails with `unavailable.model_worker`.
 */
export class ModelWorkerProcess {
  /** Resolves with the reason when the worker has ended, whatever ended it. */
  readonly ended: Promise<AppError>;
  facts!: ModelFacts;
  tables!: ModelTables;
  readonly #worker: Worker;
  readonly #queue: JobQueue;
  readonly #sent = new Map<number, Sent>();
  #jobsInHand = 0;
  #nextId = 1;
  #lastSettledMs = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #endedBy: AppError | undefined;
  #end!: (reason: AppError) => void;

  private constructor(
    input: WorkerInput,
    private readonly patience: WorkerPatience,
    private readonly now: () => number,
    file: string,
  ) {
    this.#queue = new JobQueue(now);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    // Without NODE_OPTIONS the worker does not start a second telemetry SDK.
    this.#worker = new Worker(file, { workerData: input, execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } });
    this.#worker.on('error', (cause) => this.#stop(gone('died', cause)));
    this.#worker.on('exit', (code) => this.#stop(gone(`ended with code ${code}`)));
  }

  /** Starts a worker and waits until its model is verified and warm. Throws what the worker found wrong with the artifact. */
  static async start(input: WorkerInput, options: StartOptions): Promise<ModelWorkerProcess> {
    const { patience, signal, onItems = () => undefined, file = workerFile(), now = () => performance.now() } = options;
    signal.throwIfAborted();
    const started = new ModelWorkerProcess(input, patience, now, file);
    const cancel = () => started.#stop(gone('was not needed any more'));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await started.#untilReady(onItems);
      return started;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  get isAlive(): boolean {
    return this.#endedBy === undefined;
  }

  /** The id of the thread, by which an operator or a test can tell workers apart. */
  get threadId(): number {
    return this.#worker.threadId;
  }

  /** Jobs that it has in hand or in line. */
  get load(): number {
    return this.#jobsInHand + this.#queue.length;
  }

  /** Asks the model. A call that is cancelled while it waits is never run. */
  ask(job: Job, waiting: Waiting): Promise<JobAnswer> {
    if (this.#endedBy !== undefined) return Promise.reject(this.#endedBy);
    return new Promise((resolve, reject) => {
      this.#queue.add({ job, waiting, resolve, reject }, this.#jobsInHand);
      this.#pump();
    });
  }

  /** Lays rows over the model's items: answers to calls from now on go by them. */
  overlay(rows: RowsOverItems): Promise<void> {
    if (this.#endedBy !== undefined) return Promise.reject(this.#endedBy);
    return new Promise((resolve, reject) => {
      const settle = (problem: JobProblem | undefined) =>
        problem === undefined ? resolve() : reject(errorOf(problem));
      this.#send((id) => ({ type: 'overlay', id, rows }), { calls: [], settle });
    });
  }

  /** Ends the worker. Calls that it still holds fail. */
  close(): void {
    this.#stop(gone('was closed'));
  }

  #untilReady(onItems: (itemIds: readonly string[]) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => this.#stop(gone(`did not load within ${this.patience.loadMs} ms`)),
        this.patience.loadMs,
      );
      void this.ended.then((reason) => {
        clearTimeout(late);
        reject(reason);
      });
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'answers') return this.#settle(message.id, message.answers);
        if (message.type === 'items') {
          onItems(message.itemIds);
          return this.#worker.postMessage({ type: 'items_taken' } satisfies ToWorker);
        }
        if (message.type === 'refused') {
          reject(errorOf(message));
          return this.#stop(gone('refused the artifact'));
        }
        clearTimeout(late);
        this.facts = message.facts;
        this.tables = message.tables;
        resolve();
      });
    });
  }

  #settle(id: number, answers: readonly (JobAnswer | JobProblem)[]): void {
    const sent = this.#sent.get(id);
    if (sent === undefined) return;
    this.#sent.delete(id);
    this.#jobsInHand -= sent.calls.length;
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    const nowMs = this.now();
    if (sent.calls.length > 0) {
      this.#queue.measured(sent.calls.length, nowMs - Math.max(sent.atMs, this.#lastSettledMs));
    }
    this.#lastSettledMs = nowMs;
    sent.settle?.(answers[0] as JobProblem | undefined);
    for (const [place, call] of sent.calls.entries()) {
      const answer = answers[place]!;
      if ('code' in answer) call.reject(errorOf(answer));
      else call.resolve(answer);
    }
    this.#pump();
  }

  #pump(): void {
    while (this.#sent.size < IN_FLIGHT && this.#queue.length > 0) {
      const calls = this.#queue.take(this.facts.batchLimit);
      if (calls.length > 0) this.#send((id) => ({ type: 'jobs', id, jobs: calls.map(({ job }) => job) }), { calls });
    }
    this.#watch();
  }

  #send(message: (id: number) => ToWorker, sent: Omit<Sent, 'atMs'>): void {
    const id = this.#nextId++;
    this.#sent.set(id, { ...sent, atMs: this.now() });
    this.#jobsInHand += sent.calls.length;
    this.#worker.postMessage(message(id));
    this.#watch();
  }

  #watch(): void {
    if (this.#sent.size === 0 || this.#watchdog !== undefined) return;
    const watchdog = setTimeout(() => setImmediate(() => this.#giveUp(watchdog)), this.patience.answerMs);
    this.#watchdog = watchdog;
  }

  // Called a turn of the event loop after the time is up: when this thread was the one that slept, the answer is here by now.
  #giveUp(watchdog: NodeJS.Timeout): void {
    if (this.#watchdog === watchdog) this.#stop(gone(`did not answer within ${this.patience.answerMs} ms`));
  }

  #stop(reason: AppError): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = reason;
    clearTimeout(this.#watchdog);
    for (const { calls, settle } of this.#sent.values()) {
      for (const call of calls) call.reject(reason);
      settle?.(reason);
    }
    this.#sent.clear();
    this.#queue.rejectAll(reason);
    this.#end(reason);
    // Not awaited: a thread inside native code ends only when that code returns.
    void this.#worker.terminate();
  }
}

function errorOf({ code, message }: JobProblem): AppError {
  return new AppError(code as ErrorCode, message);
}

function gone(what: string, cause?: unknown): AppError {
  return new AppError('unavailable.model_worker', `the worker of the model ${what}`, { cause });
}
