import { AppError } from '@attune/errors';
import type { NamedValues } from './engine';
import type { FitBatch, Trainee } from './fit-request';
import type { EmbeddingTable } from './tables/embedding-table';

/** The tables of a training, each once. */
export function tablesOf({ tables = {} }: Trainee): EmbeddingTable[] {
  return [...new Set(Object.values(tables))];
}

/** A table and the rows of the net that it feeds in one batch. */
interface Lookup {
  readonly table: EmbeddingTable;
  readonly names: readonly string[];
  readonly lists: readonly Int32Array[];
}

/** Which tables a batch looks into. */
export function lookupsOf({ tables = {} }: Trainee, { indices = {} }: FitBatch): Lookup[] {
  const byTable = new Map<EmbeddingTable, { names: string[]; lists: Int32Array[] }>();
  for (const [name, list] of Object.entries(indices)) {
    const table = tables[name];
    if (table === undefined)
      throw new AppError('invalid.batch', `a batch has indices of "${name}", which has no table`);
    const known = byTable.get(table) ?? { names: [], lists: [] };
    known.names.push(name);
    known.lists.push(list);
    byTable.set(table, known);
  }
  return [...byTable].map(([table, { names, lists }]) => ({ table, names, lists }));
}

/** The rows that a batch looks up, by the names of rows. All lists of one table go through one gather, which would else overwrite. */
export function gatherRows(lookups: readonly Lookup[]): NamedValues {
  const rows: NamedValues = {};
  for (const { table, names, lists } of lookups) {
    table.gather(lists).forEach((values, at) => {
      rows[names[at]!] = values;
    });
  }
  return rows;
}

/** One step of each table; gradients of the same row are summed, whichever rows of the net they came from. */
export function applyRows(lookups: readonly Lookup[], gradients: Readonly<NamedValues>, learningRate: number): void {
  for (const { table, names, lists } of lookups) {
    const parts = lists.map((indices, at) => ({ indices, gradients: gradients[names[at]!]! }));
    table.apply(parts, learningRate);
  }
}
