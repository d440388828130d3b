import { AppError } from '@attune/errors';
import { GraphBuilder, OUTPUT_NAMES, type TensorMap, type TensorValue } from '@attune/onnx';
import * as ort from 'onnxruntime-node';
import type { JobAnswer } from './protocol';

/** Tensors by the names of inputs. */
export type Feeds = Readonly<Record<string, ort.Tensor>>;

/** A graph in ONNX Runtime; its memory is native, and goes with `close`. */
export interface RunnableGraph {
  run(feeds: Feeds): Promise<Readonly<Record<string, ort.Tensor>>>;
  /** Runs on tensors as plain data: for golden vectors. */
  runPlain(inputs: TensorMap): Promise<TensorMap>;
  close(): Promise<void>;
}

/** Loads a graph into ONNX Runtime with one thread: requests run side by side, not the parts of one request. */
export async function openGraph(name: string, model: Uint8Array): Promise<RunnableGraph> {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const;
  const session = await ort.InferenceSession.create(model, options).catch((cause: unknown) => {
    throw new AppError('data_loss.artifact', `ONNX Runtime cannot load the graph "${name}"`, { cause });
  });
  return {
    run: (feeds) => session.run(feeds),
    runPlain: (inputs) => runPlain(session, inputs),
    close: () => session.release(),
  };
}

/** Scores [n] or [rows x n], copied: what ONNX Runtime gives lies in its own memory, which cannot be handed to another thread. */
export function scoresOf(tensor: ort.Tensor | undefined): Float32Array<ArrayBuffer> {
  const scores = Float32Array.from(tensor!.data as Float32Array);
  if (scores.every(Number.isFinite)) return scores;
  throw new AppError('internal.model', 'the model answered a score that is not finite');
}

/** The ranking of one asker: rows of items and scores, best first. */
export function rankingOf(results: Readonly<Record<string, ort.Tensor>>): JobAnswer {
  const rows = Int32Array.from(results[OUTPUT_NAMES.itemIndices]!.data as Int32Array);
  return { rows, scores: scoresOf(results[OUTPUT_NAMES.scores]) };
}

/** `k` as graphs take it. */
export const countTensor = (count: number) => new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), [1]);

/** Rows as graphs take them. */
export const rowsTensor = (rows: Int32Array) => new ort.Tensor('int32', rows, [rows.length]);

let readsSharedMemory: Promise<boolean> | undefined;

/**
 * Numbers as a tensor that lies where they lie. Node before 24 hands no shared memory to native code: there they are copied, once
 * for each tensor that is made.
 */
export async function tensorOver(data: Float32Array, dims: readonly number[]): Promise<ort.Tensor> {
  const isShared = data.buffer instanceof SharedArrayBuffer;
  readsSharedMemory ??= tryShared();
  return new ort.Tensor('float32', isShared && !(await readsSharedMemory) ? Float32Array.from(data) : data, dims);
}

async function tryShared(): Promise<boolean> {
  const graph = new GraphBuilder('shared_memory');
  const x = graph.input({ name: 'x', type: 'float32', shape: [1] });
  graph.node({ op: 'Identity', inputs: [x], outputs: ['y'] });
  graph.output({ name: 'y', type: 'float32', shape: [1] });
  const session = await openGraph('shared_memory', graph.finish());
  try {
    await session.run({ x: new ort.Tensor('float32', new Float32Array(new SharedArrayBuffer(4)), [1]) });
    return true;
  } catch {
    return false;
  } finally {
    await session.close();
  }
}

async function runPlain(session: ort.InferenceSession, inputs: TensorMap): Promise<TensorMap> {
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toTensor(value)]));
  const results = await session.run(feeds);
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, toPlain(tensor)]));
}

function toTensor({ type, dims, data }: TensorValue): ort.Tensor {
  if (type === 'float32') return new ort.Tensor(type, Float32Array.from(data), dims);
  if (type === 'int32') return new ort.Tensor(type, Int32Array.from(data), dims);
  return new ort.Tensor(type, BigInt64Array.from(data, BigInt), dims);
}

function toPlain({ type, dims, data }: ort.Tensor): TensorValue {
  return {
    type: type as TensorValue['type'],
    dims: [...dims],
    data: Array.from(data as ArrayLike<number | bigint>, Number),
  };
}
