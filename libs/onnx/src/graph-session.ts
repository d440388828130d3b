import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '@attune/errors';
import type { GraphWorkerAnswer, GraphWorkerData, GraphWorkerRequest } from './graph-worker';
import type { TensorMap } from './tensor-value';

/** A graph that is ready to run. */
export interface GraphSession extends AsyncDisposable {
  run(inputs: TensorMap): Promise<TensorMap>;
}

interface Waiting {
  readonly resolve: (outputs: TensorMap) => void;
  readonly reject: (error: AppError) => void;
}

/**
 * Loads a model into ONNX Runtime in a thread of its own, since loading and running block the thread they are called on. Tensors
 * travel as plain data: fit for golden vectors, evaluation and tests. Rejects with `invalid.model` when the runtime refuses the
 * model or its inputs, with `internal.worker_crashed` when the thread dies.
 */
export async function openGraphSession(model: Uint8Array, { threads = 1 } = {}): Promise<GraphSession> {
  const session = new WorkerSession({ model, threads });
  await session.loaded.catch(async (error: unknown) => {
    await session[Symbol.asyncDispose]();
    throw error;
  });
  return session;
}

class WorkerSession implements GraphSession {
  readonly loaded: Promise<TensorMap>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #failure: AppError | undefined;

  constructor(workerData: GraphWorkerData) {
    this.#worker = new Worker(workerFile(), { workerData, execArgv: [] });
    this.loaded = this.#expect(0);
    this.#worker.on('message', (answer: GraphWorkerAnswer) => this.#settle(answer));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(new Error(`exit code ${code}`));
        resolve();
      });
    });
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#lastId;
    const outputs = this.#expect(id);
    this.#send({ id, inputs });
    return outputs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the thread ends by itself, after it has released the runtime's memory
    this.#send(undefined);
    await this.#exited;
  }

  #send(request: GraphWorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #expect(id: number): Promise<TensorMap> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(answer: GraphWorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('outputs' in answer) waiting?.resolve(answer.outputs);
    else
      waiting?.reject(new AppError('invalid.model', `ONNX Runtime refuses the model or its inputs: ${answer.error}`));
  }

  #fail(cause: unknown): void {
    this.#failure ??= new AppError('internal.worker_crashed', 'the thread of an ONNX graph has ended', { cause });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** Threads run built code, also when the sources run. */
function workerFile(): string {
  const file = join(__dirname, '..', 'dist', 'graph-worker.js');
  if (existsSync(file)) return file;
  throw new AppError('internal.onnx_not_built', 'the graph worker is missing; run the build of @attune/onnx');
}
