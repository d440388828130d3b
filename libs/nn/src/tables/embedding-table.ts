import { AppError } from '@attune/errors';
import { openSparseTable, type SparseTable } from '@attune/kernels';
import type { NamedValues, OptimizerSettings } from '../engine';
import { type Initializer, initialValues, seedFor } from '../initializer';
import { rowOptimizer } from './row-optimizer';

/** Embeddings outside of a net: what a net sees as `rows`. It learns by the gradients that a step gives for them; see `SparseTable`. */
export interface EmbeddingTable extends SparseTable {
  readonly name: string;
  /** A copy of the values as `<name>` and of what the optimizer remembers as `<name>:<part>`. */
  state(): NamedValues;
  /** Goes back to a state; throws `invalid.state` where it is of another table. */
  restore(state: Readonly<NamedValues>): void;
}

/** What a table begins as. */
export interface TableRequest {
  readonly name: string;
  readonly rows: number;
  readonly width: number;
  readonly initializer: Initializer;
  /** Mixed with the name, so that tables of one training differ. */
  readonly seed: number;
  readonly optimizer: OptimizerSettings;
}

/** Makes a table and draws its first values. */
export function openEmbeddingTable({ name, rows, width, initializer, seed, optimizer }: TableRequest): EmbeddingTable {
  const table = openSparseTable({ rows, width, optimizer: rowOptimizer(optimizer) });
  table.values.set(initialValues(initializer, rows * width, seedFor(name, seed)));
  const parts: Record<string, Float32Array> = { [name]: table.values };
  for (const [part, values] of Object.entries(table.memory)) parts[`${name}:${part}`] = values;
  return {
    name,
    rows,
    width,
    values: table.values,
    memory: table.memory,
    gather: (lists) => table.gather(lists),
    apply: (gradients, learningRate) => table.apply(gradients, learningRate),
    state: () => Object.fromEntries(Object.entries(parts).map(([part, values]) => [part, new Float32Array(values)])),
    restore: (state) => restoreParts(parts, state),
  };
}

function restoreParts(parts: Readonly<Record<string, Float32Array>>, state: Readonly<NamedValues>): void {
  const problems = Object.entries(parts).flatMap(([part, { length }]) =>
    state[part]?.length === length ? [] : [`"${part}" has ${state[part]?.length ?? 'no'} values instead of ${length}`],
  );
  if (problems.length > 0) throw new AppError('invalid.state', `the state does not fit: ${problems.join('; ')}`);
  for (const [part, values] of Object.entries(parts)) values.set(state[part]!);
}
