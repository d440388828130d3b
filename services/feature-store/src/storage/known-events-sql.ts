import { hash } from 'node:crypto';
import type { Queryable } from '@attune/postgres';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const ADD = `
WITH added AS (
  INSERT INTO known_events (event_hash, known_at) SELECT h, to_timestamp($2::float8 / 1000) FROM unnest($1::uuid[]) AS h
  ON CONFLICT DO NOTHING RETURNING event_hash)
SELECT CASE WHEN count(*) < $3::int THEN coalesce(string_agg(event_hash::text, ','), '') END AS hashes FROM added`;

/**
 * Remembers event ids and returns those that were not known yet, or undefined when those are all, which is so unless a batch is
 * delivered again: thousands of rows that say nothing new would cost as much as the statement.
 */
export async function addNewIds(
  tx: Queryable,
  eventIds: readonly string[],
  knownAt: Date,
): Promise<Set<string> | undefined> {
  if (eventIds.length === 0) return undefined;
  const hashes = eventIds.map(uuidOf);
  const values = [`{${hashes.join()}}`, knownAt.getTime(), eventIds.length];
  const { rows } = await tx.query<{ hashes: string | null }>(ADD, values);
  const added = rows[0]!.hashes;
  if (added === null) return undefined;
  const fresh = new Set(added === '' ? [] : added.split(','));
  return new Set(eventIds.filter((_, index) => fresh.has(hashes[index]!)));
}

/** An event id as 16 bytes: itself where it is a UUID, which keeps ids that were made in order in order; else of its SHA-256. */
function uuidOf(eventId: string): string {
  if (UUID.test(eventId)) return eventId;
  const hex = hash('sha256', eventId, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
