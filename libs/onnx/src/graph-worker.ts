// Worker thread of openGraphSession: one ONNX Runtime session, one run at a time.
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { TensorMap, TensorValue } from './tensor-value';

/** What the thread is given. */
export interface GraphWorkerData {
  readonly model: Uint8Array;
  readonly threads: number;
}

/** Inputs to run, or undefined to release the session and end. */
export type GraphWorkerRequest = { readonly id: number; readonly inputs: TensorMap } | undefined;

/** The answer to a request; id 0 reports that the model was loaded, or was not. */
export type GraphWorkerAnswer = { readonly id: number } & (
  | { readonly outputs: TensorMap }
  | { readonly error: string }
);

const { model, threads } = workerData as GraphWorkerData;
const loading = ort.InferenceSession.create(model, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
});

function toOrt({ type, dims, data }: TensorValue): ort.Tensor {
  switch (type) {
    case 'float32':
      return new ort.Tensor('float32', Float32Array.from(data), dims);
    case 'int32':
      return new ort.Tensor('int32', Int32Array.from(data), dims);
    case 'int64':
      return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);
  }
}

function fromOrt(name: string, tensor: ort.Tensor): TensorValue {
  const { type, dims } = tensor;
  if (type !== 'float32' && type !== 'int32' && type !== 'int64') {
    throw new Error(`output "${name}" has the unsupported type ${type}`);
  }
  return { type, dims: [...dims], data: Array.from(tensor.data as ArrayLike<number | bigint>, Number) };
}

async function run(inputs: TensorMap): Promise<TensorMap> {
  const session = await loading;
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toOrt(value)]));
  const results = await session.run(feeds);
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(name, tensor)]));
}

async function answer(id: number, outputs: Promise<TensorMap>): Promise<void> {
  const reply: GraphWorkerAnswer = await outputs.then(
    (value) => ({ id, outputs: value }),
    (error: unknown) => ({ id, error: error instanceof Error ? error.message : String(error) }),
  );
  parentPort!.postMessage(reply);
}

async function close(): Promise<void> {
  const session = await loading.catch(() => undefined);
  await session?.release();
  parentPort!.close();
}

parentPort!.on('message', (request: GraphWorkerRequest) => {
  void (request === undefined ? close() : answer(request.id, run(request.inputs)));
});
void answer(
  0,
  loading.then(() => ({})),
);
