import { Worker } from 'node:worker_threads';
import { AppError } from '@attune/errors';

/** How to start a pool of equal worker threads. */
export interface WorkerPoolOptions {
  /** A CommonJS file that answers each message with one message. */
  readonly workerPath: string;
  /** One thread per entry, which becomes its `workerData`. */
  readonly workerData: readonly unknown[];
  readonly signal?: AbortSignal;
}

/** Threads that all do the same step and wait for each other; one that dies fails the step, and an abort kills them all. */
export class WorkerPool implements AsyncDisposable {
  readonly #workers: readonly Worker[];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#fail(new AppError('cancelled.kernel', 'the computation was cancelled'));
  #failure: AppError | undefined;
  #reject: ((reason: AppError) => void) | undefined;
  #closing = false;

  constructor({ workerPath, workerData, signal }: WorkerPoolOptions) {
    this.#signal = signal;
    this.#workers = workerData.map((data) => new Worker(workerPath, { workerData: data, execArgv: [] }));
    for (const worker of this.#workers) {
      worker.on('error', (cause) => this.#fail(crashed(cause)));
      worker.on('exit', (code) => {
        if (!this.#closing) this.#fail(crashed(new Error(`exit code ${code}`)));
      });
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  /** Sends one message to every thread and resolves with their answers when all have answered. */
  async run<Answer>(message: unknown): Promise<Answer[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const failed = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    const answers = this.#workers.map(
      (worker) =>
        new Promise<Answer>((resolve) => {
          worker.once('message', resolve);
          worker.postMessage(message);
        }),
    );
    return Promise.race([Promise.all(answers), failed]);
  }

  /** Ends all threads, in the middle of a computation too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #fail(error: AppError): void {
    this.#failure ??= error;
    this.#reject?.(this.#failure);
  }
}

function crashed(cause: unknown): AppError {
  return new AppError('internal.worker_crashed', 'a worker thread of the kernels stopped unexpectedly', { cause });
}
