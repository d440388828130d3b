import type { Database } from '@attune/postgres';
import type { DecidedInteraction } from '../domain/outcomes-of';
import type { OutcomeEvent } from '../domain/policy-event';
import type { OutcomeStore } from '../ports';
import { outcomesJson } from './postgres-fold-store';

/** So many are published at once. */
const BATCH = 1_000;

interface OutcomeRow {
  readonly event_id: string;
  readonly policy: string;
  readonly decision_id: string;
  readonly kind: OutcomeEvent['kind'];
  readonly reward: number;
  readonly interaction_type: string;
  readonly earned_at: Date;
}

interface WaitingRow {
  readonly event_id: string;
  readonly decision_id: string;
  readonly interaction_type: string;
  readonly occurred_at: Date;
}

/** Rewards, hits and what waits for its choice, in PostgreSQL. */
export class PostgresOutcomes implements OutcomeStore {
  constructor(private readonly database: Database) {}

  async add(outcomes: readonly OutcomeEvent[], now: Date): Promise<ReadonlySet<string>> {
    if (outcomes.length === 0) return new Set();
    const { rows } = await this.database.query<{ event_id: string }>(
      `INSERT INTO outcomes (event_id, policy, decision_id, kind, reward, interaction_type, earned_at, recorded_at, folded)
       SELECT event_id, policy, decision_id, kind, reward, interaction_type, earned_at, $2, false
       FROM jsonb_to_recordset($1) AS new (event_id text, policy text, decision_id uuid, kind text, reward float8,
         interaction_type text, earned_at timestamptz)
       ON CONFLICT DO NOTHING RETURNING event_id`,
      [outcomesJson(outcomes), now],
    );
    return new Set(rows.map(({ event_id }) => event_id));
  }

  publishPending(publish: (outcomes: readonly OutcomeEvent[]) => Promise<void>, now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      // Those in the hands of another publisher are its own. Rewards of one choice commute, so their order may differ.
      const { rows } = await tx.query<OutcomeRow>(
        `SELECT * FROM outcomes WHERE published_at IS NULL ORDER BY sequence LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      );
      if (rows.length === 0) return 0;
      await publish(rows.map(outcomeFromRow));
      await tx.query('UPDATE outcomes SET published_at = $1 WHERE event_id = ANY($2)', [
        now,
        rows.map((row) => row.event_id),
      ]);
      return rows.length;
    });
  }

  async park(interactions: readonly DecidedInteraction[], now: Date): Promise<void> {
    if (interactions.length === 0) return;
    await this.database.query(
      `INSERT INTO waiting_events (event_id, decision_id, interaction_type, occurred_at, waiting_since)
       SELECT *, $5 FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[]) ON CONFLICT DO NOTHING`,
      [
        interactions.map(({ eventId }) => eventId),
        interactions.map(({ decisionId }) => decisionId),
        interactions.map(({ type }) => type),
        interactions.map(({ occurredAt }) => occurredAt),
        now,
      ],
    );
  }

  async waiting(decisionIds: readonly string[]): Promise<readonly DecidedInteraction[]> {
    const { rows } = await this.database.query<WaitingRow>(
      'SELECT * FROM waiting_events WHERE decision_id = ANY($1::uuid[])',
      [decisionIds],
    );
    return rows.map((row) => ({
      ...{ eventId: row.event_id, decisionId: row.decision_id },
      ...{ type: row.interaction_type, occurredAt: row.occurred_at },
    }));
  }
}

function outcomeFromRow(row: OutcomeRow): OutcomeEvent {
  const { policy, kind, reward } = row;
  return {
    ...{ eventId: row.event_id, policy, decisionId: row.decision_id, kind, reward },
    ...{ interactionType: row.interaction_type, earnedAt: row.earned_at },
  };
}
