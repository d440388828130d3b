import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '@attune/errors';
import type { FromWorker, ModelFacts, Question, RawAnswer, WorkerInput } from './protocol';

/** How long a worker may be silent, in milliseconds. */
export interface WorkerPatience {
  readonly loadMs: number;
  readonly answerMs: number;
}

/** Two calls are with the worker so that it never waits for us; the rest wait here, where they can still be cancelled. */
const IN_FLIGHT = 2;
const MAX_WAITING = 256;

interface Call {
  readonly id: number;
  readonly question: Question;
  readonly signal: AbortSignal;
  resolve(answer: RawAnswer): void;
  reject(error: unknown): void;
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
  readonly itemIds: string[] = [];
  facts: ModelFacts = { kind: '', itemCount: 0, userCount: 0, trainedAtMs: 0 };
  readonly #worker: Worker;
  readonly #waiting: Call[] = [];
  readonly #inFlight = new Map<number, Call>();
  #nextId = 1;
  #watchdog: NodeJS.Timeout | undefined;
  #endedBy: AppError | undefined;
  #end!: (reason: AppError) => void;

  private constructor(
    input: WorkerInput,
    private readonly patience: WorkerPatience,
    file: string,
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    // Without NODE_OPTIONS the worker does not start a second telemetry SDK.
    this.#worker = new Worker(file, { workerData: input, execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } });
    this.#worker.on('error', (cause) => this.#stop(gone('died', cause)));
    this.#worker.on('exit', (code) => this.#stop(gone(`ended with code ${code}`)));
  }

  /** Starts a worker and waits until its model is verified and warm. Throws what the worker found wrong with the artifact. */
  static async start(
    input: WorkerInput,
    patience: WorkerPatience,
    { signal, file = workerFile() }: { readonly signal: AbortSignal; readonly file?: string },
  ): Promise<ModelWorkerProcess> {
    signal.throwIfAborted();
    const started = new ModelWorkerProcess(input, patience, file);
    const cancel = () => started.#stop(gone('was not needed any more'));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await started.#untilReady();
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

  /** Asks the model. A call that is cancelled while it waits is never run. */
  ask(question: Question, { signal }: { readonly signal: AbortSignal }): Promise<RawAnswer> {
    if (this.#endedBy !== undefined) return Promise.reject(this.#endedBy);
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(
        new AppError('exhausted.model_queue', 'too many calls wait for the model; try again later'),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, question, signal, resolve, reject });
      this.#pump();
    });
  }

  /** Ends the worker. Calls that it still holds fail. */
  close(): void {
    this.#stop(gone('was closed'));
  }

  #untilReady(): Promise<void> {
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
        if (message.type === 'items') for (const itemId of message.itemIds) this.itemIds.push(itemId);
        else if (message.type === 'refused') {
          reject(new AppError(message.code as ErrorCode, message.message));
          this.#stop(gone('refused the artifact'));
        } else if (message.type === 'ready') {
          clearTimeout(late);
          const { type: _, ...facts } = message;
          this.facts = facts;
          resolve();
        } else this.#settle(message);
      });
    });
  }

  #settle(message: Extract<FromWorker, { id: number }>): void {
    const call = this.#inFlight.get(message.id);
    if (call === undefined) return;
    this.#inFlight.delete(message.id);
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    if (message.type === 'answer') call.resolve(message);
    else call.reject(new AppError(message.code as ErrorCode, message.message));
    this.#pump();
  }

  #pump(): void {
    while (this.#inFlight.size < IN_FLIGHT && this.#waiting.length > 0) {
      const call = this.#waiting.shift()!;
      if (call.signal.aborted) {
        call.reject(call.signal.reason);
        continue;
      }
      this.#inFlight.set(call.id, call);
      this.#worker.postMessage({ ...call.question, id: call.id });
    }
    if (this.#inFlight.size > 0 && this.#watchdog === undefined) {
      const { answerMs } = this.patience;
      const watchdog = setTimeout(() => setImmediate(() => this.#giveUp(watchdog)), answerMs);
      this.#watchdog = watchdog;
    }
  }

  // Called a turn of the event loop after the time is up: when this thread was the one that slept, the answer is here by now.
  #giveUp(watchdog: NodeJS.Timeout): void {
    if (this.#watchdog === watchdog) this.#stop(gone(`did not answer within ${this.patience.answerMs} ms`));
  }

  #stop(reason: AppError): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = reason;
    clearTimeout(this.#watchdog);
    for (const call of [...this.#inFlight.values(), ...this.#waiting]) call.reject(reason);
    this.#inFlight.clear();
    this.#waiting.length = 0;
    this.#end(reason);
    // Not awaited: a thread inside native code ends only when that code returns.
    void this.#worker.terminate();
  }
}

function gone(what: string, cause?: unknown): AppError {
  return new AppError('unavailable.model_worker', `the worker of the model ${what}`, { cause });
}
