import type { Queryable } from '@attune/postgres';
import type { AcceptedInteraction } from '../domain/interaction';
import { jsonArray, numberArray, textArray } from './sql-arrays';

/** The columns of the history in the order of the statement, each with its values of a batch. */
interface Column {
  readonly type: string;
  readonly values: readonly (string | number | undefined)[];
  /** How the column is made of the value, where it is not the value itself. */
  readonly from?: (value: string) => string;
}

const moment = (milliseconds: string) => `to_timestamp(${milliseconds} / 1000)`;

/**
 * Adds interactions to the history. Returns the ids of those that it did not have yet, or undefined when those are all, which is
 * so unless a batch is delivered again: thousands of rows that say nothing new would cost as much as the statement.
 */
export async function addInteractions(
  tx: Queryable,
  events: readonly AcceptedInteraction[],
): Promise<Set<string> | undefined> {
  if (events.length === 0) return undefined;
  const { text, values } = insertOf(events);
  const { rows } = await tx.query<{ ids: string | null }>(text, values);
  const ids = rows[0]!.ids;
  if (ids === null) return undefined;
  return new Set(ids === '' ? [] : ids.split('\n'));
}

function insertOf(events: readonly AcceptedInteraction[]): { text: string; values: unknown[] } {
  const values: unknown[] = [jsonArray(events.map((event) => event.context)), events.length];
  const arrays = ['$1::jsonb[]'];
  const names = ['context'];
  const expressions = columnsOf(events).map(({ type, values: all, from = (value) => value }, index) => {
    // What a whole batch shares (an import's type, producer and time) is sent and read once. The ids make the rows.
    const isShared = index > 0 && all.every((value) => value === all[0]);
    values.push(isShared ? (all[0] ?? null) : arrayOf(type, all));
    const parameter = `$${values.length}::${type}`;
    if (isShared) return from(parameter);
    arrays.push(`${parameter}[]`);
    names.push(`c${index}`);
    return from(`c${index}`);
  });
  // No id has a line break, so ids come back as one text.
  const text = `
WITH added AS (
  INSERT INTO interactions (event_id, user_id, item_id, type, value, occurred_at, accepted_at, decision_id, surface, position,
    producer, context)
  SELECT ${expressions.join(', ')}, context FROM unnest(${arrays.join(', ')}) AS new(${names.join(', ')})
  ON CONFLICT (event_id) DO NOTHING
  RETURNING event_id)
SELECT CASE WHEN count(*) < $2::int THEN coalesce(string_agg(event_id, E'\\n'), '') END AS ids FROM added`;
  return { text, values };
}

function columnsOf(events: readonly AcceptedInteraction[]): Column[] {
  return [
    { type: 'text', values: events.map((event) => event.eventId) },
    { type: 'text', values: events.map((event) => event.userId) },
    { type: 'text', values: events.map((event) => event.itemId) },
    { type: 'text', values: events.map((event) => event.type) },
    { type: 'float8', values: events.map((event) => event.value) },
    { type: 'float8', values: events.map((event) => event.occurredAt.getTime()), from: moment },
    { type: 'float8', values: events.map((event) => event.acceptedAt.getTime()), from: moment },
    { type: 'text', values: events.map((event) => event.decisionId) },
    { type: 'text', values: events.map((event) => event.surface) },
    { type: 'int', values: events.map((event) => event.position) },
    { type: 'text', values: events.map((event) => event.producer) },
  ];
}

function arrayOf(type: string, values: Column['values']): string {
  return type === 'text' ? textArray(values as readonly string[]) : numberArray(values as readonly number[]);
}
