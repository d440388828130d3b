import type { Queryable } from '@attune/postgres';
import type { AcceptedInteraction } from '../domain/interaction';
import { jsonArray, numberArray, textArray } from './sql-arrays';

const INSERT = `
INSERT INTO interactions (event_id, user_id, item_id, type, value, occurred_at, accepted_at, decision_id, surface, position,
  producer, context)
SELECT e, u, i, t, v, to_timestamp(o / 1000), to_timestamp(a / 1000), d, s, p, r, c
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[], $8::text[], $9::text[],
  $10::int[], $11::text[], $12::jsonb[]) AS new(e, u, i, t, v, o, a, d, s, p, r, c)
ON CONFLICT (event_id) DO NOTHING
RETURNING event_id`;

/** Adds interactions to the history and returns the ids of those that it did not have yet. */
export async function addInteractions(tx: Queryable, events: readonly AcceptedInteraction[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ event_id: string }>(INSERT, [
    textArray(events.map((event) => event.eventId)),
    textArray(events.map((event) => event.userId)),
    textArray(events.map((event) => event.itemId)),
    textArray(events.map((event) => event.type)),
    numberArray(events.map((event) => event.value)),
    numberArray(events.map((event) => event.occurredAt.getTime())),
    numberArray(events.map((event) => event.acceptedAt.getTime())),
    textArray(events.map((event) => event.decisionId)),
    textArray(events.map((event) => event.surface)),
    numberArray(events.map((event) => event.position)),
    textArray(events.map((event) => event.producer)),
    jsonArray(events.map((event) => event.context)),
  ]);
  return new Set(rows.map((row) => row.event_id));
}
