import { AppError } from '@attune/errors';
import { DATA_TYPES, type DataType, MessageWriter } from './wire';

/** The operator set of the graphs we write. */
export const OPSET = 21;
const IR_VERSION = 10;

/** A tensor's place in a graph: fixed sizes, or a name where the size is free. */
export interface ValueShape {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

/** What an attribute of a node can be: a whole number, a list of them, `{ float }`, `{ text }`, or an inner graph. */
export type Attribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | { readonly text: string }
  | { readonly graph: Uint8Array };

/** One operation. */
export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** '' for standard operators, otherwise for instance `com.microsoft`. */
  readonly domain?: string;
}

const ARRAY_TYPES = {
  Float32Array: 'float32',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Int8Array: 'int8',
} as const;

/** Values that can be stored inside a graph. */
export type InitializerData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

/** The element type of a typed array. */
function typeOf(data: InitializerData): DataType {
  return ARRAY_TYPES[data[Symbol.toStringTag]];
}

/** Builds one ONNX model: declare inputs, stored tensors, operations in order, outputs; then `finish`. */
export class GraphBuilder {
  readonly #graph = new MessageWriter();
  readonly #names = new Set<string>();

  /** An inner graph is given the graph around it, whose values it may use. */
  constructor(
    private readonly name: string,
    private readonly around?: GraphBuilder,
  ) {}

  /** Declares an input; returns its name. */
  input(value: ValueShape): string {
    this.#define(value.name);
    this.#graph.message(11, (message) => writeValue(message, value));
    return value.name;
  }

  /** Stores a tensor in the graph; returns its name. */
  initializer(name: string, data: InitializerData, dims: readonly number[]): string {
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (size !== data.length) {
      throw new AppError('invalid.graph', `initializer "${name}" has ${data.length} values for [${dims.join(', ')}]`);
    }
    this.#define(name);
    // little-endian bytes, as ONNX wants them and as every machine we run on has them
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#graph.message(5, (tensor) =>
      tensor.ints(1, dims).int(2, DATA_TYPES[typeOf(data)]).string(8, name).bytes(9, raw),
    );
    return name;
  }

  /** Adds an operation, whose inputs must exist already ('' leaves an optional one out); returns the name of its first output. */
  node({ op, inputs, outputs, attributes = {}, domain = '' }: NodeSpec): string {
    for (const input of inputs) if (input !== '') this.#require(input, `operation ${op}`);
    for (const output of outputs) this.#define(output);
    this.#graph.message(1, (node) => {
      node.strings(1, inputs).strings(2, outputs).string(3, `${op}_${outputs[0]}`).string(4, op);
      for (const [name, value] of Object.entries(attributes)) {
        node.message(5, (attribute) => writeAttribute(attribute, name, value));
      }
      if (domain !== '') node.string(7, domain);
    });
    return outputs[0]!;
  }

  /** Declares a value that exists already as an output. */
  output(value: ValueShape): void {
    this.#require(value.name, 'the output');
    this.#graph.message(12, (message) => writeValue(message, value));
  }

  /** This graph as an attribute of an operation of the graph around it. */
  finishInner(): Attribute {
    return { graph: this.#graph.string(2, this.name).finish() };
  }

  /** The model as bytes of an .onnx file. */
  finish(): Uint8Array<ArrayBuffer> {
    const graph = this.#graph.string(2, this.name).finish();
    return new MessageWriter()
      .int(1, IR_VERSION)
      .string(2, 'attune')
      .bytes(7, graph)
      .message(8, (opset) => opset.string(1, '').int(2, OPSET))
      .message(8, (opset) => opset.string(1, 'com.microsoft').int(2, 1))
      .finish();
  }

  #knows(name: string): boolean {
    if (this.#names.has(name)) return true;
    return this.around ? this.around.#knows(name) : false;
  }

  #define(name: string): void {
    if (this.#knows(name)) throw new AppError('invalid.graph', `"${name}" is defined twice in ${this.name}`);
    this.#names.add(name);
  }

  #require(name: string, by: string): void {
    if (!this.#knows(name))
      throw new AppError('invalid.graph', `${by} of ${this.name} needs "${name}", which is not defined`);
  }
}

function writeValue(message: MessageWriter, { name, type, shape }: ValueShape): void {
  message.string(1, name).message(2, (typeProto) =>
    typeProto.message(1, (tensor) =>
      tensor.int(1, DATA_TYPES[type]).message(2, (dims) => {
        for (const size of shape) {
          dims.message(1, (dim) => (typeof size === 'number' ? dim.int(1, size) : dim.string(2, size)));
        }
      }),
    ),
  );
}

function writeAttribute(message: MessageWriter, name: string, value: Attribute): void {
  message.string(1, name);
  if (typeof value === 'number') message.int(3, value).int(20, 2);
  else if ('float' in value) message.float(2, value.float).int(20, 1);
  else if ('text' in value) message.string(4, value.text).int(20, 3);
  else if ('graph' in value) message.bytes(6, value.graph).int(20, 5);
  else message.ints(8, value).int(20, 7);
}
