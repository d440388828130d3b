import { AppError } from '@attune/errors';
import type { ValueShape } from './graph-builder';
import { type DataType, dataTypeName, type FieldReaders, readInts, readMessage } from './wire';

type FieldReader = FieldReaders[number];

/** A tensor that is stored in a model; `raw` is a view of the model's bytes. */
export interface StoredTensor {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly raw: Uint8Array;
}

/** What we check of a model before it may serve. */
export interface ModelSummary {
  readonly irVersion: number;
  readonly opset: number;
  readonly inputs: readonly ValueShape[];
  readonly outputs: readonly ValueShape[];
  /** Every stored tensor: the graph's own, those inside operations, and those of graphs inside operations. */
  readonly initializers: readonly StoredTensor[];
}

/** Reads the parts of an ONNX model that can be checked without running it; throws `invalid.model` where it is not one of ours. */
export function readModel(bytes: Uint8Array): ModelSummary {
  try {
    return parseModel(bytes);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid.model', 'the bytes are not an ONNX model', { cause });
  }
}

function parseModel(bytes: Uint8Array): ModelSummary {
  let irVersion = 0;
  let opset = 0;
  let graph: Uint8Array | undefined;
  readMessage(bytes, {
    1: (reader) => {
      irVersion = Number(reader.int64());
    },
    7: (reader) => {
      graph = reader.bytes();
    },
    8: (reader) => {
      const { domain, version } = readOpset(reader.bytes());
      if (domain === '') opset = version;
    },
    25: () => {
      throw new AppError('invalid.model', 'the model defines functions, which are not looked into');
    },
  });
  if (graph === undefined) throw new AppError('invalid.model', 'the model has no graph');
  return { irVersion, opset, ...readGraph(graph) };
}

function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  readMessage(bytes, {
    1: (reader) => {
      domain = reader.string();
    },
    2: (reader) => {
      version = Number(reader.int64());
    },
  });
  return { domain, version };
}

function readGraph(bytes: Uint8Array): Pick<ModelSummary, 'inputs' | 'outputs' | 'initializers'> {
  const inputs: ValueShape[] = [];
  const outputs: ValueShape[] = [];
  const initializers: StoredTensor[] = [];
  readMessage(bytes, {
    1: (reader) => initializers.push(...tensorsOfNode(reader.bytes())),
    5: (reader) => initializers.push(readTensor(reader.bytes())),
    11: (reader) => inputs.push(readValue(reader.bytes())),
    12: (reader) => outputs.push(readValue(reader.bytes())),
    15: () => {
      throw new AppError('invalid.model', 'the model has sparse tensors, which are not looked into');
    },
  });
  return { inputs, outputs, initializers };
}

/** The tensors in an operation's attributes: constants, and those of the graphs that it runs (loops, branches). */
function tensorsOfNode(bytes: Uint8Array): StoredTensor[] {
  const tensors: StoredTensor[] = [];
  const tensor: FieldReader = (reader) => tensors.push(readTensor(reader.bytes()));
  const graph: FieldReader = (reader) => tensors.push(...readGraph(reader.bytes()).initializers);
  const attribute = { 5: tensor, 6: graph, 10: tensor, 11: graph };
  readMessage(bytes, { 5: (reader) => readMessage(reader.bytes(), attribute) });
  return tensors;
}

function readTensor(bytes: Uint8Array): StoredTensor {
  let name = '';
  let type = 0;
  const dims: number[] = [];
  let raw: Uint8Array = new Uint8Array(0);
  readMessage(bytes, {
    1: (reader, wireType) => readInts(reader, wireType, dims),
    2: (reader) => {
      type = reader.int32();
    },
    8: (reader) => {
      name = reader.string();
    },
    9: (reader) => {
      raw = reader.bytes();
    },
  });
  return { name, type: knownType(type, name), dims, raw };
}

function readValue(bytes: Uint8Array): ValueShape {
  let name = '';
  let type = 0;
  const shape: (number | string)[] = [];
  const readDim = (dim: Uint8Array) =>
    readMessage(dim, {
      1: (reader) => shape.push(Number(reader.int64())),
      2: (reader) => shape.push(reader.string()),
    });
  const readTensorType = (tensor: Uint8Array) =>
    readMessage(tensor, {
      1: (reader) => {
        type = reader.int32();
      },
      2: (reader) => readMessage(reader.bytes(), { 1: (dims) => readDim(dims.bytes()) }),
    });
  readMessage(bytes, {
    1: (reader) => {
      name = reader.string();
    },
    2: (reader) => readMessage(reader.bytes(), { 1: (tensor) => readTensorType(tensor.bytes()) }),
  });
  return { name, type: knownType(type, name), shape };
}

function knownType(number: number, name: string): DataType {
  const type = dataTypeName(number);
  if (type === undefined) throw new AppError('invalid.model', `"${name}" has the unsupported element type ${number}`);
  return type;
}
