import * as ort from 'onnxruntime-node';
import { BATCH_INPUTS, type WrittenGraph } from '../onnx/onnx-writer';
import { concreteShape, type Shape } from '../shape';
import type { Tensor } from '../tensor';

/** Tensors by the names of a graph's inputs or outputs. */
export type OrtValues = Record<string, ort.Tensor>;

/** A graph in ONNX Runtime. */
export class Session implements AsyncDisposable {
  /** What callers have to feed. */
  readonly given: ReadonlyMap<string, Tensor>;
  readonly masks: readonly { readonly name: string; readonly rate: number; readonly shape: Shape }[];

  private constructor(
    readonly graph: WrittenGraph,
    private readonly session: ort.InferenceSession,
  ) {
    const inputs = [...graph.inputs];
    this.given = new Map(inputs.filter(([, { origin }]) => origin.kind === 'input' || origin.kind === 'rows'));
    this.masks = inputs.flatMap(([, { origin, shape }]) => (origin.kind === 'mask' ? [{ ...origin, shape }] : []));
  }

  static async open(graph: WrittenGraph, options: ort.InferenceSession.SessionOptions): Promise<Session> {
    return new Session(graph, await ort.InferenceSession.create(graph.model, options));
  }

  /** Float32 values as an input of the graph. */
  tensor(name: string, values: Float32Array, batch: number): ort.Tensor {
    return new ort.Tensor('float32', values, concreteShape(this.graph.inputs.get(name)!.shape, batch));
  }

  /** The inputs that say how large the batch is. */
  batchInputs(batch: number): OrtValues {
    const values: OrtValues = {};
    const { batchInputs } = this.graph;
    if (batchInputs.has(BATCH_INPUTS.size)) values[BATCH_INPUTS.size] = new ort.Tensor('float32', [batch], []);
    if (batchInputs.has(BATCH_INPUTS.length)) {
      values[BATCH_INPUTS.length] = new ort.Tensor('int64', BigInt64Array.of(BigInt(batch)), [1]);
    }
    return values;
  }

  /** Runs the graph; results are written into `outputs` where these are given. */
  async run(inputs: OrtValues, outputs?: OrtValues): Promise<OrtValues> {
    const results = await (outputs === undefined ? this.session.run(inputs) : this.session.run(inputs, outputs));
    return results as OrtValues;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
  }
}
