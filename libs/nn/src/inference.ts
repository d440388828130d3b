import { AppError } from '@attune/errors';
import { GraphBuilder } from '@attune/onnx';
import type { NamedValues } from './engine';
import { inferencePass } from './lower';
import type { Net } from './net';
import { writeInto } from './onnx/onnx-writer';
import type { Shape } from './shape';

/** An embedding table that an inference graph holds, and the int32 [batch] input that says which rows are wanted. */
export interface StoredTable {
  /** [rows x width], for rows [batch, width] of the net. */
  readonly values: Float32Array;
  readonly indexInput: string;
}

/** What `inferenceGraph` makes a graph of. */
export interface InferenceContent {
  /** The graph's name. */
  readonly name: string;
  /** Parameters and statistics; see `CompiledNet.state`. Moments may be there and are left out. */
  readonly state: Readonly<NamedValues>;
  /** Tables that become part of the graph, by the names of the rows; other rows stay inputs. */
  readonly tables?: Readonly<Record<string, StoredTable>>;
}

/**
 * The forward pass of a trained net as an ONNX model for an artifact: dropout off, batch normalization by running statistics, weights
 * inside. Its outputs are those of the net.
 */
export function inferenceGraph(net: Net, { name, state, tables = {} }: InferenceContent): Uint8Array<ArrayBuffer> {
  const builder = new GraphBuilder(name);
  const bound: Record<string, string> = {};
  for (const [rows, { values, indexInput }] of Object.entries(tables)) {
    const width = net.rowInputs.get(rows)?.shape[1];
    if (typeof width !== 'number' || net.rowInputs.get(rows)!.shape.length !== 2) {
      throw new AppError('invalid.net', `net "${net.name}" has no rows "${rows}" [batch, width] for the table`);
    }
    const index = builder.input({ name: indexInput, type: 'int32', shape: ['batch'] });
    const table = builder.initializer(`${rows}.table`, values, [values.length / width, width]);
    bound[rows] = builder.node({ op: 'Gather', inputs: [table, index], outputs: [rows], attributes: { axis: 0 } });
  }
  for (const { name: value, shape } of appendInference(builder, net, { state, bound }).values()) {
    builder.output({ name: value, type: 'float32', shape });
  }
  return builder.finish();
}

/** What `appendInference` adds to a graph. */
export interface AppendedInference {
  readonly state: Readonly<NamedValues>;
  /** Values of the graph that stand for rows and inputs of the net, by the names of these; others become inputs of the graph. */
  readonly bound: Readonly<Record<string, string>>;
  /** Goes in front of all names that are added, so that a graph can hold two nets. Default none. */
  readonly prefix?: string;
}

/** Adds the forward pass of a trained net to a graph under construction; returns its values that are the net's outputs, by their names. */
export function appendInference(
  builder: GraphBuilder,
  net: Net,
  { state, bound, prefix = '' }: AppendedInference,
): ReadonlyMap<string, { readonly name: string; readonly shape: Shape }> {
  const missing = [...net.parameters.keys()].filter((name) => state[name] === undefined);
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(', ');
    throw new AppError('invalid.state', `the state of net "${net.name}" lacks ${names}`);
  }
  const outputs = inferencePass(net);
  writeInto(builder, {
    outputs: new Map([...outputs].map(([name, tensor]) => [`${prefix}${name}`, tensor])),
    stored: state,
    bound,
    prefix,
  });
  return new Map([...outputs].map(([name, { shape }]) => [name, { name: `${prefix}${name}`, shape }]));
}
