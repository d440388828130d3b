import { common, events } from '@attune/contracts';
import { type Database, fromPostgres } from '@attune/postgres';
import type { PoolClient } from 'pg';
import type { ExportLine, ReadUserData } from '../erasure-ports';

const ROWS_PER_FETCH = 1_000;

type Row = Readonly<Record<string, unknown>>;

interface Section {
  readonly kind: string;
  /** `$user` stands for the user's id. */
  readonly sql: string;
  readonly fields: (row: Row) => Row;
}

const user = (row: Row) => common.User.toJSON(common.User.decode(row.record as Buffer)) as Row;
const item = (row: Row) => common.Item.toJSON(common.Item.decode(row.record as Buffer)) as Row;

const topicOf = (row: Row) => common.Block.decode(row.record as Buffer).target?.value;

/** Everything that the store holds about a user, in the order of the export. */
const SECTIONS: readonly Section[] = [
  {
    kind: 'profile',
    sql: 'SELECT record, accepted_at FROM users WHERE user_id = $user',
    fields: (row) => ({ acceptedAt: row.accepted_at, user: user(row) }),
  },
  {
    kind: 'profile_change',
    sql: `SELECT record, accepted_at, known_at FROM entity_changes WHERE kind = 'user' AND entity_id = $user ORDER BY known_seq`,
    fields: (row) => ({ acceptedAt: row.accepted_at, knownAt: row.known_at, user: user(row) }),
  },
  {
    kind: 'follow',
    sql: `SELECT follower_id, followee_id, removed, since, accepted_at FROM follows
      WHERE follower_id = $user OR followee_id = $user ORDER BY 1, 2`,
    fields: (row) => ({
      followerId: row.follower_id,
      followeeId: row.followee_id,
      removed: row.removed,
      since: row.since ?? undefined,
      acceptedAt: row.accepted_at,
    }),
  },
  {
    kind: 'follow_change',
    sql: `SELECT entity_id, other_id, removed, accepted_at, known_at FROM entity_changes
      WHERE kind = 'follow' AND (entity_id = $user OR other_id = $user) ORDER BY known_seq`,
    fields: (row) => ({
      followerId: row.entity_id,
      followeeId: row.other_id,
      removed: row.removed,
      acceptedAt: row.accepted_at,
      knownAt: row.known_at,
    }),
  },
  {
    kind: 'block',
    sql: `SELECT author_id, topic, removed, since, accepted_at FROM blocks WHERE user_id = $user ORDER BY author_id, topic`,
    fields: (row) => ({
      ...(row.author_id === '' ? { topic: row.topic } : { authorId: row.author_id }),
      removed: row.removed,
      since: row.since ?? undefined,
      acceptedAt: row.accepted_at,
    }),
  },
  {
    kind: 'block_change',
    sql: `SELECT other_id, record, removed, accepted_at, known_at FROM entity_changes
      WHERE kind IN ('author_block', 'topic_block') AND entity_id = $user ORDER BY known_seq`,
    fields: (row) => ({
      ...(row.other_id === '' ? { topic: topicOf(row) } : { authorId: row.other_id }),
      removed: row.removed,
      acceptedAt: row.accepted_at,
      knownAt: row.known_at,
    }),
  },
  {
    // Who they are is theirs to tell.
    kind: 'blocked_by',
    sql: 'SELECT count(*)::int AS count FROM blocks WHERE author_id = $user AND NOT removed HAVING count(*) > 0',
    fields: (row) => ({ userCount: row.count }),
  },
  {
    kind: 'authored_item',
    sql: "SELECT record, accepted_at FROM items WHERE position(convert_to($user, 'UTF8') in record) > 0",
    fields: (row) => ({ acceptedAt: row.accepted_at, item: item(row) }),
  },
  {
    kind: 'interaction',
    sql: `SELECT event_id, item_id, type, value, occurred_at, accepted_at, known_at, decision_id, surface, position, producer,
      context, flags FROM interactions WHERE user_id = $user ORDER BY known_seq, event_id`,
    fields: (row) => ({
      eventId: row.event_id,
      itemId: row.item_id,
      type: row.type,
      value: row.value ?? undefined,
      occurredAt: row.occurred_at,
      acceptedAt: row.accepted_at,
      knownAt: row.known_at,
      decisionId: row.decision_id,
      surface: row.surface,
      position: row.position ?? undefined,
      producer: row.producer,
      context: row.context ?? {},
      flags: row.flags ?? [],
    }),
  },
  {
    kind: 'decision',
    sql: 'SELECT record FROM decisions WHERE user_id = $user ORDER BY known_seq, decision_id',
    fields: (row) => ({
      decision: events.DecisionRecord.toJSON(events.DecisionRecord.decode(row.record as Buffer)) as Row,
    }),
  },
];

/** Reads everything about a user through cursors of one snapshot: memory is bounded, and the parts fit together. */
export function postgresUserData(database: Database): ReadUserData {
  return async function* readUserData(userId, { signal } = {}) {
    const client = await database.pool.connect();
    let isDone = false;
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      for (const section of SECTIONS) {
        for await (const line of linesOf(client, section, userId)) {
          signal?.throwIfAborted();
          if (section.kind !== 'authored_item' || isAuthor(line, userId)) yield line;
        }
      }
      await client.query('COMMIT');
      isDone = true;
    } catch (error) {
      throw fromPostgres(error);
    } finally {
      // cursors that were not read to their end die with their connection
      client.release(!isDone);
    }
  };
}

async function* linesOf(
  client: PoolClient,
  { kind, sql, fields }: Section,
  userId: string,
): AsyncGenerator<ExportLine> {
  // a cursor takes no parameters, so the id travels as a setting of the transaction
  await client.query("SELECT set_config('attune.exported_user', $1, true)", [userId]);
  const query = sql.replaceAll('$user', "current_setting('attune.exported_user')");
  await client.query(`DECLARE held NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${ROWS_PER_FETCH} FROM held`);
    for (const row of rows) yield { kind, ...fields(row) };
    if (rows.length < ROWS_PER_FETCH) break;
  }
  await client.query('CLOSE held');
}

function isAuthor(line: ExportLine, userId: string): boolean {
  return (line.item as { readonly authorId?: string }).authorId === userId;
}
