import { common } from '@attune/contracts';
import type { Database, Queryable } from '@attune/postgres';
import type { Redis } from '@attune/redis';
import type { Item } from '../domain/entity';
import type { InteractionVocabulary } from '../domain/interaction';
import type { ErasureTransaction, UserErasureStore, Whom } from '../erasure-ports';
import { deleteFollows, deleteOwn, deleteStates, type Touched } from './erasure-sql';
import { lockStates, saveStates } from './feature-state-sql';
import { historyEvents } from './history-events-sql';
import { nextSeq } from './postgres-event-store';
import { textArray } from './sql-arrays';

const ALWAYS_TOUCHED = ['users', 'follows', 'blocks', 'feature_states', 'erasures', 'idempotent_calls'];
const CHANGES_AT_ONCE = 500;

/** What is needed to erase users from PostgreSQL. */
interface Needs {
  readonly database: Database;
  readonly redis: Redis;
  readonly vocabulary: InteractionVocabulary;
  readonly onCompactFailed: (error: unknown) => void;
}

/** What the store holds about a user, in PostgreSQL. */
export function postgresUserErasure({ database, redis, vocabulary, onCompactFailed }: Needs): UserErasureStore {
  const touched: Touched = new Set(ALWAYS_TOUCHED);
  return {
    transaction: (run) => database.transaction((tx) => run(transactionOf(tx, vocabulary, touched))),
    touchedItemIds: (whom) => touchedItemIds(database, whom),
    relatedUserIds: (whom) => relatedUserIds(database, whom),
    authoredItems: (whom) => authoredItems(database, whom),
    readersOfAuthor: (whom) => readersOfAuthor(database, whom),
    blankAuthor: (whom) => blankAuthor(database, whom, touched),
    compact: async () => {
      const tables = [...touched];
      touched.clear();
      for (const table of ALWAYS_TOUCHED) touched.add(table);
      // deleted rows lie in the files of their tables, and in the file that Redis appends to, until somebody cleans up
      const work = [
        ...tables.map((table) => () => database.query(`VACUUM ${table}`)),
        () => redis.call('BGREWRITEAOF'),
      ];
      for (const step of work) await Promise.resolve(step()).catch(onCompactFailed);
    },
  };
}

function transactionOf(tx: Queryable, vocabulary: InteractionVocabulary, touched: Touched): ErasureTransaction {
  return {
    lockStates: (view, ids) => lockStates(tx, view, ids),
    nextSeq: () => nextSeq(tx),
    saveStates: (view, states) => saveStates(tx, view, states),
    deleteFollows: (whom, others) => deleteFollows(tx, whom, others, touched),
    deleteOwn: async (whom) => {
      const seq = await nextSeq(tx);
      await deleteOwn(tx, whom, seq, touched);
      return seq;
    },
    history: (view, entityIds) => historyEvents(tx, view.name, vocabulary, entityIds),
    deleteStates: (view, entityIds) => deleteStates(tx, view, entityIds),
  };
}

async function touchedItemIds(database: Queryable, { userId, requestedAt }: Whom): Promise<readonly string[]> {
  const { rows } = await database.query<{ item_id: string }>(
    'SELECT DISTINCT item_id FROM interactions WHERE user_id = $1 AND least(occurred_at, accepted_at) <= $2',
    [userId, requestedAt],
  );
  return rows.map((row) => row.item_id);
}

async function relatedUserIds(database: Queryable, { userId, requestedAt }: Whom): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT followee_id AS id FROM follows WHERE follower_id = $1 AND (accepted_at <= $2 OR removed)
     UNION SELECT follower_id FROM follows WHERE followee_id = $1 AND (accepted_at <= $2 OR removed)
     UNION SELECT other_id FROM entity_changes WHERE kind = 'follow' AND entity_id = $1 AND accepted_at <= $2
     UNION SELECT entity_id FROM entity_changes WHERE kind = 'follow' AND other_id = $1 AND accepted_at <= $2`,
    [userId, requestedAt],
  );
  return rows.map(({ id }) => id);
}

async function authoredItems(database: Queryable, { userId, requestedAt }: Whom): Promise<readonly Item[]> {
  const { rows } = await database.query<{ record: Buffer }>(
    "SELECT record FROM items WHERE position(convert_to($1, 'UTF8') in record) > 0 AND accepted_at <= $2",
    [userId, requestedAt],
  );
  return rows.map(({ record }) => common.Item.decode(record)).filter(({ authorId }) => authorId === userId);
}

interface ChangeRow {
  readonly entity_id: string;
  readonly known_seq: string;
  readonly event_id: string;
  readonly record: Buffer;
}

/** The changes of items that name the user as their author. */
async function authorships(database: Queryable, { userId, requestedAt }: Whom) {
  const { rows } = await database.query<ChangeRow>(
    `SELECT entity_id, known_seq, event_id, record FROM entity_changes
     WHERE kind = 'item' AND position(convert_to($1, 'UTF8') in record) > 0 AND accepted_at <= $2`,
    [userId, requestedAt],
  );
  return rows
    .map((row) => ({ ...row, item: common.Item.decode(row.record) }))
    .filter(({ item }) => item.authorId === userId);
}

async function readersOfAuthor(database: Queryable, whom: Whom): Promise<readonly string[]> {
  const items = new Set((await authorships(database, whom)).map((row) => row.entity_id));
  if (items.size === 0) return [];
  const sql = 'SELECT DISTINCT user_id FROM interactions WHERE item_id = ANY ($1::text[])';
  const { rows } = await database.query<{ user_id: string }>(sql, [textArray([...items])]);
  return rows.map((row) => row.user_id);
}

const BLANK = `
UPDATE entity_changes AS known SET record = new.record
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[]) AS new(entity_id, known_seq, event_id, record)
WHERE known.kind = 'item' AND known.entity_id = new.entity_id AND known.known_seq = new.known_seq
  AND known.event_id = new.event_id
RETURNING known.tableoid::regclass::text AS table`;

async function blankAuthor(database: Queryable, whom: Whom, touched: Touched): Promise<void> {
  const changes = await authorships(database, whom);
  for (let from = 0; from < changes.length; from += CHANGES_AT_ONCE) {
    const some = changes.slice(from, from + CHANGES_AT_ONCE);
    const { rows } = await database.query<{ table: string }>(BLANK, [
      textArray(some.map((row) => row.entity_id)),
      some.map((row) => row.known_seq),
      textArray(some.map((row) => row.event_id)),
      some.map(({ item }) => Buffer.from(common.Item.encode({ ...item, authorId: '' }).finish())),
    ]);
    for (const { table } of rows) touched.add(table);
  }
}
