import type { Database, Queryable } from '@attune/postgres';
import type { CallOptions, EffectTransaction, EventStore, LogPosition, StoreCounts } from '../ports';
import { blockHashes, putBlocks, relations } from './block-sql';
import { addChanges, addDecisions } from './change-sql';
import { followHashes, itemsAfter, profileHashes, profiles, putFollows, putProfiles } from './entity-sql';
import { allStates, lockStates, readStates, saveStates } from './feature-state-sql';
import { HistoryPartitions } from './history-partitions';
import { addInteractions } from './interaction-sql';
import { addNewIds } from './known-events-sql';

/** The truth in PostgreSQL. */
export function postgresEventStore(database: Database): EventStore {
  const partitions = new HistoryPartitions(database);
  return {
    transaction: async (knownAt, run, options) => {
      await partitions.ensure(knownAt);
      return database.transaction((tx) => run(effectsOf(tx, knownAt)), options);
    },
    profileHashes: (kind, ids, options) => profileHashes(database, kind, ids, options),
    followHashes: (pairs, options) => followHashes(database, pairs, options),
    blockHashes: (blocks, options) => blockHashes(database, blocks, options),
    relations: (userIds, options) => relations(database, userIds, options),
    itemsAfter: (itemId, size, options) => itemsAfter(database, itemId, size, options),
    profiles: (kind, ids, options) => profiles(database, kind, ids, options),
    decision: (decisionId, options) => decision(database, decisionId, options),
    counts: (options) => counts(database, options),
    states: (view, ids, options) => readStates(database, view, ids, options),
    stateCount: (options) => stateCount(database, options),
    allStates: (view, options) => allStates(database, view, options),
  };
}

function effectsOf(tx: Queryable, knownAt: Date): EffectTransaction {
  return {
    addNewIds: (eventIds) => addNewIds(tx, eventIds, knownAt),
    lockStates: (view, ids) => lockStates(tx, view, ids),
    nextSeq: () => nextSeq(tx),
    addInteractions: (seq, interactions) => addInteractions(tx, { seq, knownAt }, interactions),
    addChanges: (seq, changes) => addChanges(tx, { seq, knownAt }, changes),
    addDecisions: (seq, decisions) => addDecisions(tx, { seq, knownAt }, decisions),
    putProfiles: (kind, all) => putProfiles(tx, kind, all),
    putFollows: (follows) => putFollows(tx, follows),
    putBlocks: (blocks) => putBlocks(tx, blocks),
    saveStates: (view, states) => saveStates(tx, view, states),
    advance: (position, appliedCount) => advance(tx, position, appliedCount),
  };
}

/** The next number of the history. */
export async function nextSeq(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ seq: string }>("SELECT nextval('known_seq') AS seq");
  return Number(rows[0]!.seq);
}

async function advance(tx: Queryable, { topic, partition, position }: LogPosition, count: number): Promise<void> {
  await tx.query(
    `INSERT INTO consumer_progress AS known (topic, partition, position, applied_count) VALUES ($1, $2, $3, $4)
     ON CONFLICT (topic, partition) DO UPDATE
     SET position = excluded.position, applied_count = known.applied_count + excluded.applied_count, updated_at = now()`,
    [topic, partition, position, count],
  );
}

async function decision(
  database: Queryable,
  decisionId: string,
  { signal }: CallOptions = {},
): Promise<Uint8Array | undefined> {
  const sql = 'SELECT record FROM decisions WHERE decision_id = $1';
  const { rows } = await database.query<{ record: Buffer }>(sql, [decisionId], { signal });
  return rows[0]?.record;
}

async function stateCount(database: Database, { signal }: CallOptions = {}): Promise<number> {
  const sql = "SELECT count(*)::float8 AS count FROM feature_states WHERE state <> ''::bytea";
  const { rows } = await database.query<{ count: number }>(sql, [], { signal });
  return rows[0]!.count;
}

// Interactions and decisions are many, so their consumers count what they add; the others are counted as they stand.
const COUNTS = `
SELECT (SELECT count(*) FROM users)::float8 AS "userCount",
  (SELECT count(*) FROM items)::float8 AS "itemCount",
  (SELECT count(*) FROM follows WHERE NOT removed)::float8 AS "followCount",
  (SELECT coalesce(sum(applied_count), 0) FROM consumer_progress WHERE topic = 'interactions.v1')::float8
    AS "interactionCount",
  (SELECT coalesce(sum(applied_count), 0) FROM consumer_progress WHERE topic = 'decisions.v1')::float8 AS "decisionCount"`;

async function counts(database: Queryable, { signal }: CallOptions = {}): Promise<StoreCounts> {
  const { rows } = await database.query<{ [K in keyof StoreCounts]: number }>(COUNTS, [], { signal });
  return rows[0]!;
}
