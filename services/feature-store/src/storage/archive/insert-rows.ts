import type { Queryable } from '@attune/postgres';
import { byteParameters, numberArray, textArray } from '../sql-arrays';
import type { ArchiveColumn, ArchiveRow, ArchiveTable } from './archive-table';

/** Puts rows of the archive into a table that is like one of the history. */
export async function insertRows(
  tx: Queryable,
  { columns }: ArchiveTable,
  into: string,
  rows: readonly ArchiveRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const values: unknown[] = [];
  const arrays: string[] = [];
  const names: string[] = [];
  const array = (type: string, value: string) => {
    values.push(value);
    arrays.push(`$${values.length}::${type}[]`);
    names.push(`c${names.length}`);
    return names.at(-1)!;
  };
  const expressions = columns.map((column) => column.insert(parameterOf(column, rows, values, array)));
  await tx.query(
    `INSERT INTO ${into} (${columns.map((column) => column.into).join(', ')})
     SELECT ${expressions.join(', ')} FROM unnest(${arrays.join(', ')}) AS new(${names.join(', ')})`,
    values,
  );
}

type AddArray = (type: string, value: string) => string;

/** Adds the parameters of a column and returns the SQL of its value. */
function parameterOf(
  { name, type }: ArchiveColumn,
  rows: readonly ArchiveRow[],
  values: unknown[],
  array: AddArray,
): string {
  const all = rows.map((row) => row[name] ?? null);
  switch (type) {
    // A text that is missing is empty here; the column of the table knows what that means.
    case 'text':
      return array('text', textArray(all.map((value) => (value ?? '') as string)));
    case 'number':
      return array('float8', numberArray(all.map((value) => (value ?? undefined) as number | undefined)));
    case 'boolean':
      return array('bool', `{${all.join()}}`);
    case 'bytes': {
      const [bytes, offsets, lengths] = byteParameters(all.map((value) => (value ?? NO_BYTES) as Uint8Array));
      values.push(bytes);
      const parameter = `$${values.length}::bytea`;
      const isThere = array('bool', `{${all.map((value) => value !== null).join()}}`);
      const place = `${array('int', offsets)}, ${array('int', lengths)}`;
      return `CASE WHEN ${isThere} THEN substr(${parameter}, ${place}) END`;
    }
    default:
      return type satisfies never;
  }
}

const NO_BYTES = new Uint8Array(0);
