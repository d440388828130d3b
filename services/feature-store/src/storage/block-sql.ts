import type { Queryable } from '@attune/postgres';
import { type BlockTarget, blockKey, type CallOptions, type Relations, type StoredBlock } from '../ports';
import { byteParameters, numberArray, textArray } from './sql-arrays';

const MAX_FOLLOWEES = 1_000;

const PUT_BLOCKS = `
INSERT INTO blocks AS known (user_id, author_id, topic, removed, since, content_hash, accepted_at, event_id)
SELECT u, w, t, r, to_timestamp(s / 1000), substr($6::bytea, o, l), to_timestamp(a / 1000), e
FROM unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::float8[], $7::int[], $8::int[], $9::float8[], $10::text[])
  AS new(u, w, t, r, s, o, l, a, e)
ORDER BY u, w, t
ON CONFLICT (user_id, author_id, topic) DO UPDATE SET removed = excluded.removed, since = excluded.since,
  content_hash = excluded.content_hash, accepted_at = excluded.accepted_at, event_id = excluded.event_id
  WHERE (known.accepted_at, known.event_id) < (excluded.accepted_at, excluded.event_id)
RETURNING user_id, author_id, topic`;

const OF_TARGETS = `FROM blocks
WHERE (user_id, author_id, topic) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[])) ORDER BY 1, 2, 3`;

interface BlockRow {
  readonly user_id: string;
  readonly author_id: string;
  readonly topic: string;
  readonly removed: boolean;
  readonly content_hash: Buffer;
}

const keyOfRow = (row: BlockRow) => blockKey({ userId: row.user_id, authorId: row.author_id, topic: row.topic });

/** Keeps those blocks that are later than what is known, and returns those that began or ended with it. */
export async function putBlocks(tx: Queryable, blocks: readonly StoredBlock[]): Promise<readonly StoredBlock[]> {
  const targets = targetParameters(blocks);
  const before = await tx.query<BlockRow>(
    `SELECT user_id, author_id, topic, removed ${OF_TARGETS} FOR UPDATE`,
    targets,
  );
  const blocked = new Set(before.rows.filter(({ removed }) => !removed).map(keyOfRow));
  const { rows } = await tx.query<BlockRow>(PUT_BLOCKS, [
    ...targets,
    `{${blocks.map(({ removed }) => removed).join()}}`,
    numberArray(blocks.map(({ since }) => since?.getTime())),
    ...byteParameters(blocks.map(({ contentHash }) => contentHash)),
    numberArray(blocks.map(({ acceptedAt }) => acceptedAt.getTime())),
    textArray(blocks.map(({ eventId }) => eventId)),
  ]);
  const kept = new Set(rows.map(keyOfRow));
  return blocks.filter((block) => kept.has(blockKey(block)) && blocked.has(blockKey(block)) === block.removed);
}

/** The content hashes of those blocks that are known, by `blockKey`. */
export async function blockHashes(
  database: Queryable,
  targets: readonly BlockTarget[],
  { signal }: CallOptions = {},
): Promise<ReadonlyMap<string, Buffer>> {
  const sql = `SELECT user_id, author_id, topic, content_hash ${OF_TARGETS}`;
  const { rows } = await database.query<BlockRow>(sql, targetParameters(targets), { signal });
  return new Map(rows.map((row) => [keyOfRow(row), row.content_hash]));
}

const RELATIONS = `
SELECT id, f.followees, b.authors, b.topics FROM unnest($1::text[]) AS asked(id)
CROSS JOIN LATERAL (
  SELECT array_agg(followee_id ORDER BY began DESC, followee_id) AS followees FROM (
    SELECT followee_id, coalesce(since, accepted_at) AS began FROM follows WHERE follower_id = id AND NOT removed
    ORDER BY began DESC, followee_id LIMIT ${MAX_FOLLOWEES}) AS latest
) AS f
CROSS JOIN LATERAL (
  SELECT array_agg(author_id ORDER BY author_id) FILTER (WHERE author_id <> '') AS authors,
    array_agg(topic ORDER BY topic) FILTER (WHERE topic <> '') AS topics
  FROM blocks WHERE user_id = id AND NOT removed
) AS b
WHERE f.followees IS NOT NULL OR b.authors IS NOT NULL OR b.topics IS NOT NULL`;

interface RelationsRow {
  readonly id: string;
  readonly followees: readonly string[] | null;
  readonly authors: readonly string[] | null;
  readonly topics: readonly string[] | null;
}

/** Whom users follow and what they block, by user; those who said nothing are not there. */
export async function relations(
  database: Queryable,
  userIds: readonly string[],
  { signal }: CallOptions = {},
): Promise<ReadonlyMap<string, Relations>> {
  const { rows } = await database.query<RelationsRow>(RELATIONS, [textArray([...new Set(userIds)])], { signal });
  return new Map(
    rows.map(({ id, followees, authors, topics }) => [
      id,
      { followeeIds: followees ?? [], blockedAuthorIds: authors ?? [], hiddenTopics: topics ?? [] },
    ]),
  );
}

function targetParameters(targets: readonly BlockTarget[]): [string, string, string] {
  return [
    textArray(targets.map(({ userId }) => userId)),
    textArray(targets.map(({ authorId }) => authorId)),
    textArray(targets.map(({ topic }) => topic)),
  ];
}
