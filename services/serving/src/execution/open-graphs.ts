import { AppError } from '@attune/errors';
import { OUTPUT_NAMES, type TensorMap, type TensorValue } from '@attune/onnx';
import * as ort from 'onnxruntime-node';

/** The best of a graph: places in the item table and scores, best first. */
export interface Top {
  readonly indices: Int32Array<ArrayBuffer>;
  readonly scores: Float32Array<ArrayBuffer>;
}

/** A graph in ONNX Runtime. */
export interface RunnableGraph {
  /** Runs on tensors as plain data: for golden vectors. */
  runPlain(inputs: TensorMap): Promise<TensorMap>;
  /** The best `count` for these rows. */
  top(rows: Readonly<Record<string, number>>, count: number): Promise<Top>;
}

/** Loads graphs into ONNX Runtime, one thread each: the requests run side by side, not the parts of one request. */
export async function openGraphs(models: ReadonlyMap<string, Uint8Array>): Promise<Map<string, RunnableGraph>> {
  const graphs = new Map<string, RunnableGraph>();
  for (const [name, bytes] of models) {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const;
    const session = await ort.InferenceSession.create(bytes, options).catch((cause: unknown) => {
      throw new AppError('data_loss.artifact', `ONNX Runtime cannot load the graph "${name}"`, { cause });
    });
    graphs.set(name, {
      runPlain: (inputs) => runPlain(session, inputs),
      top: (rows, count) => top(session, rows, count),
    });
  }
  return graphs;
}

async function top(session: ort.InferenceSession, rows: Readonly<Record<string, number>>, count: number): Promise<Top> {
  const feeds: Record<string, ort.Tensor> = { k: new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), [1]) };
  for (const [name, row] of Object.entries(rows)) feeds[name] = new ort.Tensor('int32', Int32Array.of(row), [1]);
  const results = await session.run(feeds);
  // Copied: what ONNX Runtime gives lies in its own memory, which cannot be handed to another thread.
  const scores = Float32Array.from(results[OUTPUT_NAMES.scores]!.data as Float32Array);
  const indices = Int32Array.from(results[OUTPUT_NAMES.itemIndices]!.data as Int32Array);
  if (!scores.every(Number.isFinite))
    throw new AppError('internal.model', 'the model answered a score that is not finite');
  return { indices, scores };
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
