import type { Queryable } from '@attune/postgres';
import type { KnownInteraction } from '../ports';
import { jsonArray, numberArray, textArray } from './sql-arrays';

/** The columns of the history in the order of the statement, each with its values of a batch. */
interface Column {
  readonly type: string;
  readonly values: readonly (string | number | undefined)[];
  /** How the column is made of the value, where it is not the value itself. */
  readonly from?: (value: string) => string;
}

const moment = (milliseconds: string) => `to_timestamp(${milliseconds} / 1000)`;

/** When a transaction becomes known, and its number in the history. */
export interface KnownMoment {
  readonly seq: number;
  readonly knownAt: Date;
}

/** Adds interactions to the history. */
export async function addInteractions(
  tx: Queryable,
  { seq, knownAt }: KnownMoment,
  interactions: readonly KnownInteraction[],
): Promise<void> {
  if (interactions.length === 0) return;
  const values: unknown[] = [jsonArray(interactions.map(({ event }) => event.context)), seq, knownAt.getTime()];
  const arrays = ['$1::jsonb[]'];
  const names = ['context'];
  const expressions = columnsOf(interactions).map(({ type, values: all, from = (value) => value }, index) => {
    // What a whole batch shares (an import's type, producer and time) is sent and read once. The ids make the rows.
    const isShared = index > 0 && all.every((value) => value === all[0]);
    values.push(isShared ? (all[0] ?? null) : arrayOf(type, all));
    const parameter = `$${values.length}::${type}`;
    if (isShared) return from(parameter);
    arrays.push(`${parameter}[]`);
    names.push(`c${index}`);
    return from(`c${index}`);
  });
  await tx.query(
    `INSERT INTO interactions (known_seq, known_at, event_id, user_id, item_id, type, value, occurred_at, accepted_at, decision_id,
       surface, position, producer, item_change, flags, context)
     SELECT $2::bigint, ${moment('$3::float8')}, ${expressions.join(', ')}, context
     FROM unnest(${arrays.join(', ')}) AS new(${names.join(', ')})`,
    values,
  );
}

function columnsOf(interactions: readonly KnownInteraction[]): Column[] {
  const of = <T>(value: (known: KnownInteraction) => T) => interactions.map(value);
  return [
    { type: 'text', values: of(({ event }) => event.eventId) },
    { type: 'text', values: of(({ event }) => event.userId) },
    { type: 'text', values: of(({ event }) => event.itemId) },
    { type: 'text', values: of(({ event }) => event.type) },
    { type: 'float8', values: of(({ event }) => event.value) },
    { type: 'float8', values: of(({ event }) => event.occurredAt.getTime()), from: moment },
    { type: 'float8', values: of(({ event }) => event.acceptedAt.getTime()), from: moment },
    { type: 'text', values: of(({ event }) => event.decisionId) },
    { type: 'text', values: of(({ event }) => event.surface) },
    { type: 'int', values: of(({ event }) => event.position) },
    { type: 'text', values: of(({ event }) => event.producer) },
    { type: 'bigint', values: of(({ itemChange }) => itemChange) },
    // Arrays of arrays must have equal lengths, so flags travel as one text.
    {
      type: 'text',
      values: of(({ event }) => event.flags.join(',')),
      from: (value) => `string_to_array(nullif(${value}, ''), ',')`,
    },
  ];
}

function arrayOf(type: string, values: Column['values']): string {
  return type === 'text' ? textArray(values as readonly string[]) : numberArray(values as readonly number[]);
}
