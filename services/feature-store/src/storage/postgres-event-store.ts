import type { Database, Queryable } from '@attune/postgres';
import type { CallOptions, EffectTransaction, EventStore, LogPosition, StoreCounts, StoredDecision } from '../ports';
import { followHashes, profileHashes, profiles, putFollows, putProfiles } from './entity-sql';
import { allStates, lockStates, readStates, saveStates } from './feature-state-sql';
import { addInteractions } from './interaction-sql';
import { byteParameters, numberArray, textArray } from './sql-arrays';

/** The truth in PostgreSQL. */
export function postgresEventStore(database: Database): EventStore {
  return {
    transaction: (run, options) => database.transaction((tx) => run(effectsOf(tx)), options),
    profileHashes: (kind, ids, options) => profileHashes(database, kind, ids, options),
    followHashes: (pairs, options) => followHashes(database, pairs, options),
    profiles: (kind, ids, options) => profiles(database, kind, ids, options),
    decision: (decisionId, options) => decision(database, decisionId, options),
    counts: (options) => counts(database, options),
    states: (view, ids, options) => readStates(database, view, ids, options),
    allStates: (view, options) => allStates(database, view, options),
  };
}

function effectsOf(tx: Queryable): EffectTransaction {
  return {
    addInteractions: (interactions) => addInteractions(tx, interactions),
    putProfiles: (kind, all) => putProfiles(tx, kind, all),
    putFollows: (follows) => putFollows(tx, follows),
    putDecisions: (decisions) => putDecisions(tx, decisions),
    lockStates: (view, ids) => lockStates(tx, view, ids),
    saveStates: (view, states) => saveStates(tx, view, states),
    advance: (position, appliedCount) => advance(tx, position, appliedCount),
  };
}

async function putDecisions(tx: Queryable, decisions: readonly StoredDecision[]): Promise<number> {
  const { rowCount } = await tx.query(
    `INSERT INTO decisions (decision_id, user_id, decided_at, record)
     SELECT d, u, to_timestamp(a / 1000), substr($4::bytea, o, l)
     FROM unnest($1::text[], $2::text[], $3::float8[], $5::int[], $6::int[]) AS new(d, u, a, o, l)
     ON CONFLICT DO NOTHING`,
    [
      textArray(decisions.map(({ decisionId }) => decisionId)),
      textArray(decisions.map(({ userId }) => userId)),
      numberArray(decisions.map(({ decidedAt }) => decidedAt.getTime())),
      ...byteParameters(decisions.map(({ record }) => record)),
    ],
  );
  return rowCount;
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
