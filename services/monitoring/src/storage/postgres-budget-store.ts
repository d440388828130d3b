import type { Database } from '@attune/postgres';
import type { BudgetStore } from '../budget-ports';
import type { Limit, Resource, Spending } from '../domain/budget/budget';

/** Limits in PostgreSQL beside what is spent: calls from the series, runs and artifacts as reported, tables as PostgreSQL counts them. */
export class PostgresBudgetStore implements BudgetStore {
  constructor(private readonly database: Database) {}

  async limits(): Promise<readonly Limit[]> {
    const { rows } = await this.database.query<{
      subject: string;
      resource: Resource;
      limit_per_day: number;
      warn_share: number;
    }>('SELECT * FROM budgets ORDER BY subject, resource');
    return rows.map(({ subject, resource, limit_per_day: limit, warn_share: warnShare }) => ({
      ...{ subject, resource, limit, warnShare },
    }));
  }

  set(
    { subject, resource, limit, warnShare }: Limit,
    { actor, now }: { readonly actor: string; readonly now: Date },
  ): Promise<void> {
    return this.database.transaction(async (tx) => {
      const values = [subject, resource, limit, warnShare];
      await tx.query(
        `INSERT INTO budget_changes (subject, resource, limit_per_day, warn_share, actor, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [...values, actor, now],
      );
      if (limit === 0) {
        await tx.query('DELETE FROM budgets WHERE subject = $1 AND resource = $2', [subject, resource]);
        return;
      }
      await tx.query(
        `INSERT INTO budgets (subject, resource, limit_per_day, warn_share) VALUES ($1, $2, $3, $4)
         ON CONFLICT (subject, resource) DO UPDATE SET limit_per_day = excluded.limit_per_day, warn_share = excluded.warn_share`,
        values,
      );
    });
  }

  async spending(since: Date): Promise<readonly Spending[]> {
    const { rows } = await this.database.query<Spending>(
      `SELECT CASE WHEN label_names = '' THEN 'service:serving' ELSE 'model:' || (labels ->> 'model') END AS subject,
         metric AS resource, sum(s.sum) AS amount
       FROM series JOIN series_steps s USING (series_id)
       WHERE metric IN ('requests', 'compute_seconds') AND label_names IN ('', 'model,version') AND at >= $1
       GROUP BY 1, 2
       UNION ALL SELECT subject, resource, amount FROM reported_spending WHERE day = ($1 AT TIME ZONE 'UTC')::date
       UNION ALL SELECT 'service:monitoring', 'storage_bytes', sum(pg_total_relation_size(oid))::float8
         FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
      [since],
    );
    return rows;
  }

  async report(day: Date, spending: readonly Spending[], now: Date): Promise<void> {
    await this.database.query(
      `INSERT INTO reported_spending (subject, resource, day, amount, reported_at)
       SELECT subject, resource, ($4 AT TIME ZONE 'UTC')::date, amount, $5
       FROM unnest($1::text[], $2::text[], $3::float8[]) AS of (subject, resource, amount) ORDER BY subject, resource
       ON CONFLICT (subject, resource, day) DO UPDATE SET amount = excluded.amount, reported_at = excluded.reported_at`,
      [
        spending.map(({ subject }) => subject),
        spending.map(({ resource }) => resource),
        spending.map(({ amount }) => amount),
        ...[day, now],
      ],
    );
  }
}
