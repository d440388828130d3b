import { AppError } from '@attune/errors';
import type { Database, Queryable, Tx } from '@attune/postgres';
import type { AlertFilter, AlertStore, StoredChange } from '../alert-book-ports';
import type { Alert } from '../domain/alerts/alert';
import { type AlertBook, type BookChange, type ChangeKind, REVIVE_MS } from '../domain/alerts/alert-book';
import type { Silence } from '../domain/alerts/silence';
import { alertFromJson, type ChangeRow, incidentFromJson, type SilenceRow, silenceFromRow } from './alert-rows';
import { writeBook } from './write-book';

const LOCK = "hashtext(current_schema() || '.alerts')";
const PUBLISH_LOCK = "hashtext(current_schema() || '.alert_changes.publish')";
/** What may be joined by its cause alone is older than what is joined by its subject. */
const INCIDENT_MS = 24 * 3_600_000;

const STANDING =
  "CASE WHEN phase = 'resolved' THEN 'resolved' WHEN silenced_until > $1 THEN 'silenced' WHEN is_acknowledged THEN 'acknowledged' ELSE 'open' END";

/** Alerts in PostgreSQL. */
export class PostgresAlertStore implements AlertStore {
  constructor(private readonly database: Database) {}

  change(now: Date, by: (book: AlertBook) => BookChange): Promise<BookChange> {
    return this.database.transaction(async (tx) => {
      // one change after the other: the order of alert_changes is the order in which they became visible
      await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      const changed = by(await readBook(tx, now));
      await writeBook(tx, changed, now);
      return changed;
    });
  }

  async list({ standing, subject, leastRank, after, limit, now }: AlertFilter): Promise<readonly Alert[]> {
    const { rows } = await this.database.query<{ alert: object }>(
      `SELECT alert FROM alerts
       WHERE phase <> 'pending' AND ($2::text IS NULL OR ${STANDING} = $2) AND ($3::text IS NULL OR subject = $3)
         AND severity_rank >= $4 AND ($5::timestamptz IS NULL OR opened_at < $5 OR (opened_at = $5 AND alert_id > $6))
       ORDER BY opened_at DESC, alert_id LIMIT $7`,
      [now, standing ?? null, subject ?? null, leastRank, after?.openedAt ?? null, after?.alertId ?? null, limit],
    );
    return rows.map(({ alert }) => alertFromJson(alert));
  }

  async silences({
    endAfter,
    limit,
  }: {
    readonly endAfter?: Date;
    readonly limit: number;
  }): Promise<readonly Silence[]> {
    const { rows } = await this.database.query<SilenceRow>(
      `SELECT * FROM silences WHERE $1::timestamptz IS NULL OR until_at > $1 ORDER BY from_at DESC, silence_id LIMIT $2`,
      [endAfter ?? null, limit],
    );
    return rows.map(silenceFromRow);
  }

  async silence(silenceId: string): Promise<Silence> {
    const { rows } = await this.database.query<SilenceRow>('SELECT * FROM silences WHERE silence_id = $1', [silenceId]);
    if (rows[0] !== undefined) return silenceFromRow(rows[0]);
    throw new AppError(
      'not_found.silence',
      `silence "${silenceId}" does not exist; ListSilences shows those there are`,
    );
  }

  async latestSequence(): Promise<number> {
    const { rows } = await this.database.query<{ latest: string | null }>(
      'SELECT max(sequence) AS latest FROM alert_changes',
    );
    return Number(rows[0]!.latest ?? 0);
  }

  async changesAfter(sequence: number, limit: number): Promise<readonly StoredChange[]> {
    const { rows } = await this.database.query<ChangeRow>(
      'SELECT * FROM alert_changes WHERE sequence > $1 ORDER BY sequence LIMIT $2',
      [sequence, limit],
    );
    return rows.map(changeFromRow);
  }

  publishPending(publish: (changes: readonly StoredChange[]) => Promise<void>, now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      // one publisher at a time keeps the order; the lock falls with the transaction
      await tx.query(`SELECT pg_advisory_xact_lock(${PUBLISH_LOCK})`);
      const { rows } = await tx.query<ChangeRow>(
        'SELECT * FROM alert_changes WHERE published_at IS NULL ORDER BY sequence LIMIT 1000',
      );
      if (rows.length === 0) return 0;
      await publish(rows.map(changeFromRow));
      await tx.query('UPDATE alert_changes SET published_at = $1 WHERE sequence = ANY ($2)', [
        now,
        rows.map(({ sequence }) => sequence),
      ]);
      return rows.length;
    });
  }

  async prune(before: { readonly alerts: Date; readonly changes: Date }): Promise<number> {
    const counts = [
      await this.database.query("DELETE FROM alerts WHERE phase = 'resolved' AND resolved_at < $1", [before.alerts]),
      await this.database.query('DELETE FROM incidents WHERE resolved_at < $1', [before.alerts]),
      await this.database.query('DELETE FROM silences WHERE until_at < $1', [before.alerts]),
      await this.database.query('DELETE FROM alert_changes WHERE changed_at < $1 AND published_at IS NOT NULL', [
        before.changes,
      ]),
      await this.database.query('DELETE FROM deliveries WHERE settled_at < $1', [before.changes]),
    ];
    return counts.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }
}

async function readBook(tx: Tx, now: Date): Promise<AlertBook> {
  const alerts = await tx.query<{ alert: object }>(
    "SELECT alert FROM alerts WHERE phase <> 'resolved' OR resolved_at > $1 ORDER BY first_seen_at, alert_id",
    [new Date(now.getTime() - REVIVE_MS)],
  );
  const incidents = await tx.query<{ incident: object }>(
    'SELECT incident FROM incidents WHERE resolved_at IS NULL OR resolved_at > $1 ORDER BY last_joined_at, incident_id',
    [new Date(now.getTime() - INCIDENT_MS)],
  );
  return {
    alerts: alerts.rows.map(({ alert }) => alertFromJson(alert)),
    incidents: incidents.rows.map(({ incident }) => incidentFromJson(incident)),
    silences: await silencesAt(tx, now),
  };
}

async function silencesAt(tx: Queryable, now: Date): Promise<readonly Silence[]> {
  const { rows } = await tx.query<SilenceRow>('SELECT * FROM silences WHERE until_at > $1 ORDER BY silence_id', [now]);
  return rows.map(silenceFromRow);
}

function changeFromRow(row: ChangeRow): StoredChange {
  return {
    sequence: Number(row.sequence),
    eventId: row.event_id,
    change: row.change as ChangeKind,
    changedAt: row.changed_at,
    alert: alertFromJson(row.alert),
  };
}
