import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '@attune/errors';
import type { PackedBlock } from '../domain/training-set/example-block';
import type { Replayers } from '../training-set-ports';

/** What a thread answers to a chunk. */
export type ReplayAnswer =
  | { readonly block: PackedBlock }
  | { readonly failure: { readonly code: ErrorCode; readonly message: string; readonly stack: string } };

/** States live for seconds: with little room for what is young, nearly all of them would be taken for old and collected dearly. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 96 };

interface Waiting {
  readonly resolve: (block: PackedBlock) => void;
  readonly reject: (error: Error) => void;
}

/** Starts one thread per input, each from the built module at `workerPath`. */
export function openReplayPool(workerPath: string, inputs: readonly object[]): Replayers {
  const threads = inputs.map((input) => new ReplayThread(workerPath, input));
  return {
    replay: (rows) => Promise.all(threads.map((thread) => thread.replay(rows))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

/** One thread; it answers chunks in their order. */
class ReplayThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(workerPath: string, input: object) {
    this.#worker = new Worker(workerPath, { workerData: input, execArgv: [], resourceLimits: RESOURCE_LIMITS });
    this.#worker.on('message', (answer: ReplayAnswer) => this.#onAnswer(answer));
    this.#worker.on('error', (cause) =>
      this.#fail(new AppError('internal.replay_thread', 'a thread of the replay ended with an error', { cause })),
    );
    this.#worker.on('exit', (code) =>
      this.#fail(new AppError('internal.replay_thread', `a thread of the replay ended early with ${code}`)),
    );
  }

  replay(rows: SharedArrayBuffer): Promise<PackedBlock> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(rows);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #onAnswer(answer: ReplayAnswer): void {
    if ('block' in answer) {
      this.#waiting.shift()?.resolve(answer.block);
      return;
    }
    const { code, message, stack } = answer.failure;
    // the stack of where it happened goes to the logs, not that of this line
    this.#fail(Object.assign(new AppError(code, message), { stack }));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
