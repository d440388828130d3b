import { encodeArmStates } from '@attune/bandits';
import type { Database, Tx } from '@attune/postgres';
import type { ArmStates } from '../domain/fold-event';
import { type KnownSelection, type OutcomeEvent, selectionKey } from '../domain/policy-event';
import type { ArmMinute, FoldStore, FoldWork, PolicyWithStates } from '../ports';
import { POLICY_COLUMNS, type PolicyRow, policyWithStates } from './policy-rows';
import { type SelectionRow, selectionFromRow, selectionsJson } from './selection-rows';

/** Folds of `policies.v1` in PostgreSQL. */
export class PostgresFoldStore implements FoldStore {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: FoldWork) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => work(foldWork(tx)));
  }
}

/** The work of one fold within a transaction. */
function foldWork(tx: Tx): FoldWork {
  return {
    lock: (policies) => lock(tx, policies),
    selections: (keys) => readSelections(tx, keys),
    markFolded: (outcomes) => markFolded(tx, outcomes),
    save: async ({ states, selections, minutes }) => {
      await saveSelections(tx, selections);
      await saveMinutes(tx, minutes);
      await saveStates(tx, states);
    },
  };
}

/** A partition has one consumer at a time; where a lease moves in the middle of a batch, this keeps the second one waiting. */
async function lock(tx: Tx, policies: readonly string[]): Promise<ReadonlyMap<string, PolicyWithStates>> {
  await tx.query(
    `INSERT INTO policy_states (policy, version, states)
     SELECT name, 0, $2 FROM policies WHERE name = ANY($1) ORDER BY name ON CONFLICT DO NOTHING`,
    [policies, encodeArmStates([])],
  );
  const { rows } = await tx.query<PolicyRow>(
    `SELECT ${POLICY_COLUMNS} WHERE s.policy = ANY($1) ORDER BY s.policy FOR UPDATE OF s`.replace('LEFT JOIN', 'JOIN'),
    [policies],
  );
  return new Map(rows.map((row) => [row.name, policyWithStates(row)]));
}

async function readSelections(
  tx: Tx,
  keys: Parameters<FoldWork['selections']>[0],
): Promise<ReadonlyMap<string, KnownSelection>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<SelectionRow>(
    `SELECT * FROM selections
     WHERE (decision_id, policy) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`,
    [keys.map(({ decisionId }) => decisionId), keys.map(({ policy }) => policy)],
  );
  return new Map(rows.map((row) => [selectionKey(row.policy, row.decision_id), selectionFromRow(row)]));
}

async function markFolded(tx: Tx, outcomes: readonly OutcomeEvent[]): Promise<ReadonlySet<string>> {
  const distinct = [...new Map(outcomes.map((one) => [one.eventId, one])).values()];
  if (distinct.length === 0) return new Set();
  // what the log has and the table does not was written by an earlier life of the table: it is published already
  const { rows } = await tx.query<{ event_id: string }>(
    `INSERT INTO outcomes (event_id, policy, decision_id, kind, reward, interaction_type, earned_at, recorded_at, published_at, folded)
     SELECT event_id, policy, decision_id, kind, reward, interaction_type, earned_at, earned_at, earned_at, true
     FROM jsonb_to_recordset($1) AS new (event_id text, policy text, decision_id uuid, kind text, reward float8,
       interaction_type text, earned_at timestamptz)
     ON CONFLICT (event_id) DO UPDATE SET folded = true WHERE NOT outcomes.folded RETURNING event_id`,
    [outcomesJson(distinct)],
  );
  return new Set(rows.map(({ event_id }) => event_id));
}

/** Rewards and hits as one JSON text, for `jsonb_to_recordset`. */
export function outcomesJson(outcomes: readonly OutcomeEvent[]): string {
  return JSON.stringify(
    outcomes.map(({ eventId, policy, decisionId, kind, reward, interactionType, earnedAt }) => ({
      ...{ event_id: eventId, policy, decision_id: decisionId, kind, reward },
      ...{ interaction_type: interactionType, earned_at: earnedAt },
    })),
  );
}

async function saveSelections(tx: Tx, selections: readonly KnownSelection[]): Promise<void> {
  if (selections.length === 0) return;
  await tx.query(
    `INSERT INTO selections
       (decision_id, policy, arm, propensity, context, probabilities, policy_version, selected_at, outcome, reward, hits)
     SELECT decision_id, policy, arm, propensity, context, probabilities, policy_version, selected_at, outcome, reward, hits
     FROM jsonb_to_recordset($1) AS new (decision_id uuid, policy text, arm text, propensity float8, context jsonb,
       probabilities jsonb, policy_version int, selected_at timestamptz, outcome text, reward float8, hits text[])
     ON CONFLICT (decision_id, policy)
     DO UPDATE SET outcome = excluded.outcome, reward = excluded.reward, hits = excluded.hits`,
    [selectionsJson(selections)],
  );
}

async function saveMinutes(tx: Tx, minutes: readonly ArmMinute[]): Promise<void> {
  if (minutes.length === 0) return;
  await tx.query(
    `INSERT INTO arm_minutes (policy, arm, what, minute, count)
     SELECT policy, arm, what, minute, count FROM jsonb_to_recordset($1)
       AS new (policy text, arm text, what text, minute timestamptz, count int)
     ON CONFLICT (policy, minute, arm, what) DO UPDATE SET count = arm_minutes.count + excluded.count`,
    [JSON.stringify(minutes)],
  );
}

async function saveStates(tx: Tx, states: ReadonlyMap<string, ArmStates>): Promise<void> {
  for (const [policy, arms] of states) {
    await tx.query('UPDATE policy_states SET version = version + 1, states = $2 WHERE policy = $1', [
      policy,
      encodeArmStates([...arms.values()]),
    ]);
  }
}
