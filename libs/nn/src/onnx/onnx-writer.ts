import { GraphBuilder, type NodeSpec } from '@attune/onnx';
import { inputsOf, orderOf } from '../graph';
import type { Shape } from '../shape';
import type { OnnxAttributes, OnnxEmitter, Tensor } from '../tensor';
import { fuse } from './fuse';

/** Names of the inputs that a graph has beside those of the net, where it needs them. */
export const BATCH_INPUTS = { size: ':batch_size', length: ':batch_length' } as const;

/** What is written. */
export interface GraphContent {
  /** The results, by the names that the graph gives them. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Values of leaves that the graph stores instead of asking for them, by the leaves' names. */
  readonly stored?: Readonly<Record<string, Float32Array>>;
  /** Values that the graph has already, by the names of the leaves that they stand for. */
  readonly bound?: Readonly<Record<string, string>>;
  /** Goes in front of every other name, so that two nets can share a graph. */
  readonly prefix?: string;
}

/** What a graph asks for. */
export interface GraphInputs {
  /** Leaves, by name, in the order of their first use. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Which of `BATCH_INPUTS`. */
  readonly batchInputs: ReadonlySet<string>;
}

/** A graph as an ONNX model. */
export interface WrittenGraph extends GraphInputs {
  readonly model: Uint8Array<ArrayBuffer>;
}

/** Writes tensors and what they are computed from as an ONNX model. */
export function writeGraph(name: string, content: GraphContent): WrittenGraph {
  const builder = new GraphBuilder(name);
  const inputs = writeInto(builder, content);
  for (const [output, { shape }] of content.outputs) builder.output({ name: output, type: 'float32', shape });
  return { model: builder.finish(), ...inputs };
}

/** Adds tensors and what they are computed from to a graph; the results are values of it, and outputs once they are declared so. */
export function writeInto(builder: GraphBuilder, content: GraphContent): GraphInputs {
  return new OnnxWriter(builder, content).write();
}

class OnnxWriter implements OnnxEmitter {
  readonly #nodes: NodeSpec[] = [];
  readonly #names = new Map<Tensor, string>();
  readonly #constants = new Map<string, string>();
  readonly #inputs = new Map<string, Tensor>();
  readonly #batchInputs = new Set<string>();
  readonly #prefix: string;

  constructor(
    private readonly builder: GraphBuilder,
    private readonly content: GraphContent,
  ) {
    this.#prefix = content.prefix ?? '';
  }

  write(): GraphInputs {
    const outputs = fuse([...this.content.outputs.values()]);
    for (const tensor of orderOf(outputs)) this.#names.set(tensor, this.#writeTensor(tensor));
    const renamed = this.#renameOutputs([...this.content.outputs.keys()], outputs);
    const rename = (name: string) => renamed.get(name) ?? name;
    for (const node of this.#nodes) {
      this.builder.node({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) });
    }
    return { inputs: this.#inputs, batchInputs: this.#batchInputs };
  }

  node(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = ''): string {
    const name = `${this.#prefix}t${this.#nodes.length}`;
    this.#nodes.push({ op, inputs, outputs: [name], attributes, domain });
    return name;
  }

  ints(values: readonly number[]): string {
    return this.#constant(`ints ${values.join(' ')}`, (name) =>
      this.builder.initializer(name, BigInt64Array.from(values, BigInt), [values.length]),
    );
  }

  scalar(value: number): string {
    return this.#constant(`scalar ${value}`, (name) => this.builder.initializer(name, Float32Array.of(value), []));
  }

  sizes(shape: Shape): string {
    if (!shape.includes('batch')) return this.ints(shape as number[]);
    const length = this.#batchInput(BATCH_INPUTS.length, 'int64', [1]);
    const parts = shape.map((dim) => (dim === 'batch' ? length : this.ints([dim])));
    return this.#constant(`sizes ${shape.join(' ')}`, () => this.node('Concat', parts, { axis: 0 }));
  }

  #writeTensor(tensor: Tensor): string {
    const { origin } = tensor;
    switch (origin.kind) {
      case 'constant':
        return this.scalar(origin.value);
      case 'batch_size':
        return this.#batchInput(BATCH_INPUTS.size, 'float32', []);
      case 'op': {
        const names = inputsOf(tensor).map((input) => this.#names.get(input)!);
        return origin.op.onnx(this, names, { ...origin, output: tensor });
      }
      case 'mode':
        throw new TypeError('a graph is lowered to one mode before it is written');
      default:
        return this.#writeLeaf(origin.name, tensor);
    }
  }

  #writeLeaf(name: string, tensor: Tensor): string {
    const { stored = {}, bound = {} } = this.content;
    if (bound[name] !== undefined) return bound[name];
    const values = stored[name];
    if (values !== undefined) {
      return this.builder.initializer(`${this.#prefix}${name}`, values, tensor.shape as number[]);
    }
    this.#inputs.set(name, tensor);
    return this.builder.input({ name: `${this.#prefix}${name}`, type: 'float32', shape: tensor.shape });
  }

  #batchInput(name: string, type: 'float32' | 'int64', shape: readonly number[]): string {
    const { bound = {} } = this.content;
    if (bound[name] !== undefined) return bound[name];
    if (this.#batchInputs.has(name)) return name;
    this.#batchInputs.add(name);
    return this.builder.input({ name, type, shape });
  }

  #constant(key: string, store: (name: string) => string): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = store(`${this.#prefix}:${key}`);
    this.#constants.set(key, name);
    return name;
  }

  /** Results get their own names at the operation that makes them; one that is a leaf, or has two names, is copied. */
  #renameOutputs(outputNames: readonly string[], outputs: readonly Tensor[]): Map<string, string> {
    const renamed = new Map<string, string>();
    const made = new Set(this.#nodes.flatMap((node) => node.outputs));
    outputs.forEach((tensor, at) => {
      const inner = this.#names.get(tensor)!;
      const free = made.has(inner) && !renamed.has(inner);
      renamed.set(free ? inner : this.node('Identity', [inner]), outputNames[at]!);
    });
    return renamed;
  }
}
