import type { Database } from '@attune/postgres';
import type { AuditStore } from '../audit-ports';
import { type FairnessAudit, type FairnessMeasure, SCHEDULE } from '../domain/fairness/audit';

/** JSON has no NaN: a measure without a value has none. */
type AuditJson = Omit<FairnessAudit, 'from' | 'to' | 'createdAt' | 'measures'> & {
  readonly from: string;
  readonly to: string;
  readonly createdAt: string;
  readonly measures: readonly (Omit<FairnessMeasure, 'value' | 'low' | 'high'> & {
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  })[];
};

/** Fairness audits in PostgreSQL. */
export class PostgresAuditStore implements AuditStore {
  constructor(private readonly database: Database) {}

  async add(audit: FairnessAudit): Promise<void> {
    const { auditId, subject, groupBy, actor, createdAt } = audit;
    await this.database.query(
      `INSERT INTO fairness_audits (audit_id, subject, group_by, actor, created_at, audit) VALUES ($1, $2, $3, $4, $5, $6)`,
      [auditId, subject, groupBy, actor, createdAt, JSON.stringify(audit)],
    );
  }

  async list({ subject, groupBy, after, limit }: Parameters<AuditStore['list']>[0]): Promise<readonly FairnessAudit[]> {
    const { rows } = await this.database.query<{ audit: AuditJson }>(
      `SELECT audit FROM fairness_audits
       WHERE ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR group_by = $2)
         AND ($3::timestamptz IS NULL OR created_at < $3 OR (created_at = $3 AND audit_id > $4))
       ORDER BY created_at DESC, audit_id LIMIT $5`,
      [subject ?? null, groupBy ?? null, after?.createdAt ?? null, after?.auditId ?? null, limit],
    );
    return rows.map(({ audit }) => auditFromJson(audit));
  }

  async latestScheduled(from: Date): Promise<readonly FairnessAudit[]> {
    const { rows } = await this.database.query<{ audit: AuditJson }>(
      `SELECT DISTINCT ON (subject, group_by) audit FROM fairness_audits WHERE actor = $1 AND created_at >= $2
       ORDER BY subject, group_by, created_at DESC`,
      [SCHEDULE, from],
    );
    return rows.map(({ audit }) => auditFromJson(audit));
  }

  async prune(before: Date): Promise<number> {
    return (await this.database.query('DELETE FROM fairness_audits WHERE created_at < $1', [before])).rowCount;
  }
}

function auditFromJson({ from, to, createdAt, measures, ...rest }: AuditJson): FairnessAudit {
  return {
    ...rest,
    ...{ from: new Date(from), to: new Date(to), createdAt: new Date(createdAt) },
    measures: measures.map(({ value, low, high, ...measure }) => ({
      ...{ ...measure, value: value ?? Number.NaN, low: low ?? Number.NaN, high: high ?? Number.NaN },
    })),
  };
}
