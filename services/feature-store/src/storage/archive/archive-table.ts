import type { HistoryTable } from '../../history-ports';

/** A value of a file of the archive. */
export type ArchiveValue = string | number | boolean | Uint8Array | null;

/** A row of a file of the archive, by column. */
export type ArchiveRow = Readonly<Record<string, ArchiveValue>>;

/** A column of a file: how it is read from its table, and how it gets back. */
export interface ArchiveColumn {
  readonly name: string;
  readonly type: 'text' | 'number' | 'boolean' | 'bytes';
  readonly isOptional: boolean;
  /** What is selected. */
  readonly select: string;
  /** The column of the table, and what is put into it, given the SQL of the value. */
  readonly into: string;
  readonly insert: (value: string) => string;
}

/** How a table of the history is written to files. */
export interface ArchiveTable {
  readonly table: HistoryTable;
  readonly columns: readonly ArchiveColumn[];
  /** A whole order of the rows: equal rows give equal files. */
  readonly orderBy: string;
  /** When a row happened, in microseconds since 1970: a column of the file. */
  readonly happenedAt: string;
  /** Encoding a group of rows holds up the event loop, so that groups are as small as their rows are big. */
  readonly rowsPerGroup: number;
}

type Type = ArchiveColumn['type'];

const plain = (type: Type, name: string, into = name): ArchiveColumn => ({
  ...{ name, type, into, isOptional: false, select: into },
  insert: (value) => value,
});
const text = (name: string, into?: string) => plain('text', name, into);
// Numbers up to 2^53, which is all there are, are whole in a double: readers need no 64-bit integers.
const count = (name: string): ArchiveColumn => ({
  ...plain('number', name),
  select: `${name}::float8`,
  insert: (value) => `${value}::bigint`,
});
const time = (name: string): ArchiveColumn => ({
  ...plain('number', `${name}_us`, name),
  select: `(extract(epoch from ${name}) * 1000000)::float8`,
  insert: (value) => `to_timestamp(${value} / 1000000)`,
});
const optional = (column: ArchiveColumn): ArchiveColumn => ({ ...column, isOptional: true });

const INTERACTIONS: ArchiveTable = {
  table: 'interactions',
  columns: [
    ...[count('known_seq'), time('known_at'), text('event_id'), text('user_key', 'user_id'), text('item_id')],
    ...[text('type'), optional(plain('number', 'value')), time('occurred_at'), time('accepted_at')],
    ...[text('decision_id'), text('surface')],
    optional({ ...plain('number', 'position'), select: 'position::float8', insert: (value) => `${value}::int` }),
    text('producer'),
    optional({ ...text('context'), select: 'context::text', insert: (value) => `nullif(${value}, '')::jsonb` }),
    count('item_change'),
    optional({
      ...text('flags'),
      select: "array_to_string(flags, ',')",
      insert: (value) => `string_to_array(nullif(${value}, ''), ',')`,
    }),
  ],
  orderBy: 'known_seq, event_id',
  happenedAt: 'occurred_at_us',
  rowsPerGroup: 1_000,
};

const ENTITY_CHANGES: ArchiveTable = {
  table: 'entity_changes',
  columns: [
    ...[count('known_seq'), time('known_at'), text('kind'), text('entity', 'entity_id'), text('other_key', 'other_id')],
    ...[text('event_id'), time('accepted_at'), optional(plain('bytes', 'record'))],
    ...[plain('boolean', 'removed'), plain('boolean', 'kept')],
  ],
  orderBy: 'known_seq, event_id, kind, entity_id, other_id',
  happenedAt: 'accepted_at_us',
  rowsPerGroup: 500,
};

const DECISIONS: ArchiveTable = {
  table: 'decisions',
  columns: [
    ...[count('known_seq'), time('known_at'), text('decision_id'), text('user_key', 'user_id'), time('decided_at')],
    plain('bytes', 'record'),
  ],
  orderBy: 'known_seq, decision_id',
  happenedAt: 'decided_at_us',
  rowsPerGroup: 20,
};

/** How each table of the history is written to files. */
export const ARCHIVE_TABLES: Readonly<Record<HistoryTable, ArchiveTable>> = {
  interactions: INTERACTIONS,
  entity_changes: ENTITY_CHANGES,
  decisions: DECISIONS,
};
