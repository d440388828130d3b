import type { Queryable } from '@attune/postgres';
import type { FeatureView } from '../domain/feature-view';
import type { Whom } from '../erasure-ports';
import { addErasedCounts } from './postgres-erasures';
import { textArray } from './sql-arrays';

/** The tables, partition by partition, from which rows were deleted. */
export type Touched = Set<string>;

interface Deleted {
  readonly table: string;
  readonly count: string;
}

/** Deletes the follows between a user and some others, both ways, and what the history has of them. */
export async function deleteFollows(
  tx: Queryable,
  { erasureId, userId, requestedAt }: Whom,
  others: readonly string[],
  touched: Touched,
): Promise<void> {
  const between = (one: string, other: string) =>
    `((${one} = $1 AND ${other} = ANY ($2::text[])) OR (${other} = $1 AND ${one} = ANY ($2::text[])))`;
  const values = [userId, textArray(others), requestedAt];
  // One that ended since is of before too: its end without its beginning would be counted.
  const follows = await deleteRows(
    tx,
    { from: 'follows', where: `${between('follower_id', 'followee_id')} AND (accepted_at <= $3 OR removed)` },
    values,
    touched,
  );
  await deleteRows(
    tx,
    {
      from: 'entity_changes AS gone',
      where: `kind = 'follow' AND ${between('entity_id', 'other_id')} AND (accepted_at <= $3 OR removed AND NOT EXISTS (
        SELECT FROM entity_changes AS begun WHERE begun.kind = 'follow' AND begun.kept AND NOT begun.removed
          AND begun.entity_id = gone.entity_id AND begun.other_id = gone.other_id
          AND begun.accepted_at > $3 AND begun.accepted_at < gone.accepted_at))`,
    },
    values,
    touched,
  );
  await addErasedCounts(tx, erasureId, { follows });
}

/** Deletes what a user did and was, and notes that states of the user with a lower number are of before. */
export async function deleteOwn(
  tx: Queryable,
  { erasureId, userId, requestedAt }: Whom,
  seq: number,
  touched: Touched,
): Promise<void> {
  const values = [userId, requestedAt];
  const rows = (from: string, where: string) => deleteRows(tx, { from, where }, values, touched);
  const counts = {
    interactions: await rows('interactions', 'user_id = $1 AND least(occurred_at, accepted_at) <= $2'),
    profile_changes: await rows('entity_changes', "kind = 'user' AND entity_id = $1 AND accepted_at <= $2"),
    blocks: await rows('blocks', '(user_id = $1 OR author_id = $1) AND (accepted_at <= $2 OR removed)'),
    profiles: await rows('users', 'user_id = $1 AND accepted_at <= $2'),
    decisions: await rows('decisions', 'user_id = $1 AND decided_at <= $2'),
    kept_answers: await rows(
      'idempotent_calls',
      `created_at <= $2::timestamptz + interval '1 minute'
       AND (position($1 in request_id) > 0 OR position(convert_to($1, 'UTF8') in response) > 0)`,
    ),
  };
  // What the history has of blocks is counted with the blocks themselves.
  for (const named of ['entity_id', "other_id <> '' AND other_id"]) {
    await rows('entity_changes', `kind IN ('author_block', 'topic_block') AND ${named} = $1 AND accepted_at <= $2`);
  }
  await addErasedCounts(tx, erasureId, counts);
  await tx.query('UPDATE erasures SET erased_seq = $2 WHERE erasure_id = $1', [erasureId, seq]);
}

/** Deletes states. */
export async function deleteStates(tx: Queryable, view: FeatureView, entityIds: readonly string[]): Promise<void> {
  const sql = 'DELETE FROM feature_states WHERE view = $1 AND entity_id = ANY ($2::text[])';
  if (entityIds.length > 0) await tx.query(sql, [view.name, textArray(entityIds)]);
}

async function deleteRows(
  tx: Queryable,
  { from, where }: { readonly from: string; readonly where: string },
  values: readonly unknown[],
  touched: Touched,
): Promise<number> {
  const { rows } = await tx.query<Deleted>(
    `WITH gone AS (DELETE FROM ${from} WHERE ${where} RETURNING tableoid)
     SELECT tableoid::regclass::text AS table, count(*) AS count FROM gone GROUP BY tableoid`,
    values,
  );
  for (const { table } of rows) touched.add(table);
  return rows.reduce((sum, { count }) => sum + Number(count), 0);
}
