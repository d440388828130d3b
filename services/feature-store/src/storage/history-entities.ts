import { common } from '@attune/contracts';
import type { PoolClient } from 'pg';
import type { FollowRow, ItemRow } from '../interaction-set-ports';

const ROWS_PER_FETCH = 5_000;

/** Reads every item as it is or, with `knownAt`, as it was known then, within the caller's transaction. */
export async function readItems(
  client: PoolClient,
  knownAt: Date | undefined,
  onItems: (items: readonly ItemRow[]) => Promise<void>,
): Promise<void> {
  const sql =
    knownAt === undefined
      ? 'SELECT item_id AS id, record FROM items ORDER BY item_id'
      : latest({ kind: 'item', key: 'entity_id', columns: 'entity_id AS id, record', knownAt });
  await eachBatch<{ id: string; record: Buffer }>(client, sql, (rows) => onItems(rows.map(toItem)));
}

/** Reads who follows whom among users who agree to be trained with; the table `left_out` must be there. */
export async function readFollows(
  client: PoolClient,
  knownAt: Date | undefined,
  onFollows: (follows: readonly FollowRow[]) => Promise<void>,
): Promise<void> {
  const all =
    knownAt === undefined
      ? 'SELECT follower_id, followee_id, removed FROM follows'
      : latest({
          kind: 'follow',
          key: 'entity_id, other_id',
          columns: 'entity_id AS follower_id, other_id AS followee_id, removed',
          knownAt,
        });
  const sql = `SELECT follower_id, followee_id FROM (${all}) AS known WHERE NOT removed
    AND NOT EXISTS (SELECT FROM left_out WHERE left_out.user_id IN (follower_id, followee_id))
    ORDER BY follower_id, followee_id`;
  await eachBatch<{ follower_id: string; followee_id: string }>(client, sql, (rows) =>
    onFollows(rows.map((row) => ({ followerId: row.follower_id, followeeId: row.followee_id }))),
  );
}

// The time is interpolated as a number: DECLARE takes no parameters of unknown type, and numbers carry no SQL.
function latest(of: { kind: string; key: string; columns: string; knownAt: Date }): string {
  return `SELECT DISTINCT ON (${of.key}) ${of.columns} FROM entity_changes
    WHERE kind = '${of.kind}' AND kept AND known_at <= to_timestamp(${of.knownAt.getTime()} / 1000.0)
    ORDER BY ${of.key}, accepted_at DESC, event_id DESC`;
}

async function eachBatch<Row extends object>(
  client: PoolClient,
  sql: string,
  handle: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  await client.query(`DECLARE entities NO SCROLL CURSOR FOR ${sql}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${ROWS_PER_FETCH} FROM entities`);
    if (rows.length === 0) break;
    await handle(rows);
  }
  await client.query('CLOSE entities');
}

function toItem({ id, record }: { readonly id: string; readonly record: Buffer }): ItemRow {
  const { title, text, tags, category } = common.Item.decode(record);
  return { itemId: id, title, text, tags, category };
}
