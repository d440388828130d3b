import type { Queryable } from '@attune/postgres';
import {
  type CallOptions,
  followKey,
  type ItemPageSize,
  type ListedItem,
  type StoredFollow,
  type StoredProfile,
} from '../ports';
import { byteParameters, numberArray, textArray } from './sql-arrays';

type Kind = 'user' | 'item';
type Pair = Pick<StoredFollow, 'followerId' | 'followeeId'>;

const putProfilesSql = (kind: Kind) => `
INSERT INTO ${kind}s AS known (${kind}_id, record, content_hash, accepted_at, event_id, born_at)
SELECT id, substr($2::bytea, o, l), substr($5::bytea, ho, hl), to_timestamp(a / 1000), e, to_timestamp(b / 1000)
FROM unnest($1::text[], $3::int[], $4::int[], $6::int[], $7::int[], $8::float8[], $9::text[], $10::float8[])
  AS new(id, o, l, ho, hl, a, e, b)
ORDER BY id
ON CONFLICT (${kind}_id) DO UPDATE SET record = excluded.record, content_hash = excluded.content_hash,
  accepted_at = excluded.accepted_at, event_id = excluded.event_id, born_at = excluded.born_at
  WHERE (known.accepted_at, known.event_id) < (excluded.accepted_at, excluded.event_id)
RETURNING ${kind}_id AS id`;

/** Keeps those profiles that are later than what is known, and returns their ids. */
export async function putProfiles(
  tx: Queryable,
  kind: Kind,
  profiles: readonly StoredProfile[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>(putProfilesSql(kind), [
    textArray(profiles.map(({ id }) => id)),
    ...byteParameters(profiles.map(({ record }) => record)),
    ...byteParameters(profiles.map(({ contentHash }) => contentHash)),
    numberArray(profiles.map(({ acceptedAt }) => acceptedAt.getTime())),
    textArray(profiles.map(({ eventId }) => eventId)),
    numberArray(profiles.map(({ bornAt }) => bornAt?.getTime())),
  ]);
  return new Set(rows.map(({ id }) => id));
}

const PUT_FOLLOWS = `
INSERT INTO follows AS known (follower_id, followee_id, removed, since, content_hash, accepted_at, event_id)
SELECT f, t, r, to_timestamp(s / 1000), substr($5::bytea, o, l), to_timestamp(a / 1000), e
FROM unnest($1::text[], $2::text[], $3::bool[], $4::float8[], $6::int[], $7::int[], $8::float8[], $9::text[])
  AS new(f, t, r, s, o, l, a, e)
ORDER BY f, t
ON CONFLICT (follower_id, followee_id) DO UPDATE SET removed = excluded.removed, since = excluded.since,
  content_hash = excluded.content_hash, accepted_at = excluded.accepted_at, event_id = excluded.event_id
  WHERE (known.accepted_at, known.event_id) < (excluded.accepted_at, excluded.event_id)
RETURNING follower_id, followee_id`;

const OF_PAIRS =
  'FROM follows WHERE (follower_id, followee_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY 1, 2';

interface FollowRow {
  readonly follower_id: string;
  readonly followee_id: string;
  readonly removed: boolean;
  readonly content_hash: Buffer;
}

const keyOfRow = (row: FollowRow) => followKey({ followerId: row.follower_id, followeeId: row.followee_id });

/** Keeps those follows that are later than what is known, and returns those that began or ended with it. */
export async function putFollows(tx: Queryable, follows: readonly StoredFollow[]): Promise<readonly StoredFollow[]> {
  const pairs = pairParameters(follows);
  const before = await tx.query<FollowRow>(`SELECT follower_id, followee_id, removed ${OF_PAIRS} FOR UPDATE`, pairs);
  const following = new Set(before.rows.filter(({ removed }) => !removed).map(keyOfRow));
  const { rows } = await tx.query<FollowRow>(PUT_FOLLOWS, [
    ...pairs,
    `{${follows.map(({ removed }) => removed).join()}}`,
    numberArray(follows.map(({ since }) => since?.getTime())),
    ...byteParameters(follows.map(({ contentHash }) => contentHash)),
    numberArray(follows.map(({ acceptedAt }) => acceptedAt.getTime())),
    textArray(follows.map(({ eventId }) => eventId)),
  ]);
  const kept = new Set(rows.map(keyOfRow));
  return follows.filter((follow) => {
    const key = followKey(follow);
    return kept.has(key) && following.has(key) === follow.removed;
  });
}

/** The content hashes of those profiles that are known, by id. */
export async function profileHashes(
  database: Queryable,
  kind: Kind,
  ids: readonly string[],
  { signal }: CallOptions = {},
): Promise<ReadonlyMap<string, Buffer>> {
  const sql = `SELECT ${kind}_id AS id, content_hash FROM ${kind}s WHERE ${kind}_id = ANY ($1::text[])`;
  const { rows } = await database.query<{ id: string; content_hash: Buffer }>(sql, [textArray(ids)], { signal });
  return new Map(rows.map((row) => [row.id, row.content_hash]));
}

/** The content hashes of those follows that are known, by `followKey`. */
export async function followHashes(
  database: Queryable,
  pairs: readonly Pair[],
  { signal }: CallOptions = {},
): Promise<ReadonlyMap<string, Buffer>> {
  const sql = `SELECT follower_id, followee_id, content_hash ${OF_PAIRS}`;
  const { rows } = await database.query<FollowRow>(sql, pairParameters(pairs), { signal });
  return new Map(rows.map((row) => [keyOfRow(row), row.content_hash]));
}

/** The records of those profiles that are known, by id. */
export async function profiles(
  database: Queryable,
  kind: Kind,
  ids: readonly string[],
  { signal }: CallOptions = {},
): Promise<ReadonlyMap<string, Uint8Array>> {
  const sql = `SELECT ${kind}_id AS id, record FROM ${kind}s WHERE ${kind}_id = ANY ($1::text[])`;
  const { rows } = await database.query<{ id: string; record: Buffer }>(sql, [textArray(ids)], { signal });
  return new Map(rows.map((row) => [row.id, row.record]));
}

// The length of a record is known without reading it, so that what does not fit into the page is not read.
const ITEMS_AFTER = `
SELECT item_id AS id, CASE WHEN before < $3 THEN record END AS record FROM (
  SELECT item_id, record, sum(length(record)) OVER (ORDER BY item_id) - length(record) AS before FROM (
    SELECT item_id, record FROM items WHERE item_id > $1 ORDER BY item_id LIMIT $2) AS rows) AS measured
ORDER BY item_id`;

/** The items after an id, in the order of their ids. */
export async function itemsAfter(
  database: Queryable,
  itemId: string,
  { count, bytes }: ItemPageSize,
  { signal }: CallOptions = {},
): Promise<readonly ListedItem[]> {
  const { rows } = await database.query<{ id: string; record: Buffer | null }>(ITEMS_AFTER, [itemId, count, bytes], {
    signal,
  });
  return rows.map(({ id, record }) => ({ itemId: id, record: record ?? undefined }));
}

function pairParameters(pairs: readonly Pair[]): [string, string] {
  return [textArray(pairs.map(({ followerId }) => followerId)), textArray(pairs.map(({ followeeId }) => followeeId))];
}
