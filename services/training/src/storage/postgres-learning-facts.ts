import type { Database } from '@attune/postgres';
import type { ArrivalCounts } from '../domain/learning/decide-retraining';
import type { Arrivals, LearningAlerts, LearningRounds, ToldAlert } from '../learning-ports';

interface AlertRow {
  readonly alert_id: string;
  readonly model: string;
  readonly version: string | null;
  readonly kind: string;
  readonly summary: string;
  readonly is_open: boolean;
  readonly started_at: Date;
  readonly changed_at: Date;
}

/** Alerts about models, as they were last told. */
export class PostgresLearningAlerts implements LearningAlerts {
  constructor(private readonly database: Database) {}

  async note(alerts: readonly ToldAlert[]): Promise<void> {
    for (const alert of alerts) {
      await this.database.query(
        `INSERT INTO learning_alerts AS known (alert_id, model, version, kind, summary, is_open, started_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (alert_id) DO UPDATE SET is_open = excluded.is_open, summary = excluded.summary, changed_at = excluded.changed_at
         WHERE known.changed_at <= excluded.changed_at`,
        [
          ...[alert.alertId, alert.model, alert.version ?? null, alert.kind, alert.summary, alert.isOpen],
          ...[alert.startedAt, alert.changedAt],
        ],
      );
    }
  }

  async known(): Promise<readonly ToldAlert[]> {
    const { rows } = await this.database.query<AlertRow>('SELECT * FROM learning_alerts ORDER BY started_at, alert_id');
    return rows.map((row) => ({
      ...{ alertId: row.alert_id, model: row.model, kind: row.kind, summary: row.summary, isOpen: row.is_open },
      ...{ startedAt: row.started_at, changedAt: row.changed_at },
      ...(row.version === null ? {} : { version: row.version }),
    }));
  }

  async forgetClosedBefore(moment: Date): Promise<void> {
    await this.database.query('DELETE FROM learning_alerts WHERE NOT is_open AND changed_at < $1', [moment]);
  }
}

/** Interactions by minute; `PostgresNewInteractions` counts them where it keeps them, so that each counts once. */
export class PostgresArrivals implements Arrivals {
  constructor(private readonly database: Database) {}

  async counts(learnedTo: Date): Promise<ArrivalCounts> {
    const { rows } = await this.database.query<{ since: string; before: string }>(
      `SELECT coalesce(sum(count) FILTER (WHERE minute > $1), 0) AS since,
              coalesce(sum(count) FILTER (WHERE minute <= $1), 0) AS before FROM learning_arrivals`,
      [learnedTo],
    );
    return { since: Number(rows[0]!.since), before: Number(rows[0]!.before) };
  }

  async newest(count: number, notBefore: Date): Promise<Date | undefined> {
    const { rows } = await this.database.query<{ minute: Date }>(
      `SELECT minute FROM (
         SELECT minute, sum(count) OVER (ORDER BY minute DESC) AS so_far FROM learning_arrivals WHERE minute > $2
       ) AS counted WHERE so_far >= $1 ORDER BY minute DESC LIMIT 1`,
      [count, notBefore],
    );
    return rows[0]?.minute;
  }

  async between(from: Date, to: Date): Promise<number> {
    const { rows } = await this.database.query<{ count: string }>(
      'SELECT coalesce(sum(count), 0) AS count FROM learning_arrivals WHERE minute >= $1 AND minute < $2',
      [from, to],
    );
    return Number(rows[0]!.count);
  }

  async forgetBefore(moment: Date): Promise<void> {
    await this.database.query('DELETE FROM learning_arrivals WHERE minute < $1', [moment]);
  }
}

/** When every model was last decided about: the same for all replicas. */
export class PostgresLearningRounds implements LearningRounds {
  constructor(private readonly database: Database) {}

  async last(): Promise<Date | undefined> {
    const { rows } = await this.database.query<{ decided_at: Date }>(
      "SELECT decided_at FROM learning_rounds WHERE name = 'schedule'",
    );
    return rows[0]?.decided_at;
  }

  async decided(at: Date): Promise<void> {
    await this.database.query(
      `INSERT INTO learning_rounds (name, decided_at) VALUES ('schedule', $1)
       ON CONFLICT (name) DO UPDATE SET decided_at = excluded.decided_at`,
      [at],
    );
  }
}
