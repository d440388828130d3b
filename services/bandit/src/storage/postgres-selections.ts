import type { Database } from '@attune/postgres';
import type { KnownSelection } from '../domain/policy-event';
import type { LoggedSelections } from '../evaluation-ports';
import type { SelectionPlace, SelectionStore } from '../ports';
import { type SelectionRow, selectionFromRow } from './selection-rows';

/** Choices in PostgreSQL, as attribution and evaluation ask for them. */
export class PostgresSelections implements SelectionStore, LoggedSelections {
  constructor(private readonly database: Database) {}

  async find(decisionIds: readonly string[]): Promise<readonly SelectionPlace[]> {
    const { rows } = await this.database.query<{ policy: string; decision_id: string; selected_at: Date }>(
      'SELECT policy, decision_id, selected_at FROM selections WHERE decision_id = ANY($1::uuid[]) ORDER BY policy',
      [decisionIds],
    );
    return rows.map((row) => ({ policy: row.policy, decisionId: row.decision_id, selectedAt: row.selected_at }));
  }

  async pending({ policy, before, limit }: Parameters<SelectionStore['pending']>[0]): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ decision_id: string }>(
      `SELECT decision_id FROM selections WHERE policy = $1 AND outcome IN ('pending', 'held') AND selected_at < $2
       ORDER BY selected_at, decision_id LIMIT $3`,
      [policy, before, limit],
    );
    return rows.map((row) => row.decision_id);
  }

  async resolved(filter: Parameters<LoggedSelections['resolved']>[0]): Promise<readonly KnownSelection[]> {
    const { policy, from, to, resolvedBefore, limit } = filter;
    const { rows } = await this.database.query<SelectionRow>(
      `SELECT * FROM selections
       WHERE policy = $1 AND selected_at < $2 AND ($3::timestamptz IS NULL OR selected_at >= $3)
         AND (outcome IN ('assumed', 'earned') OR selected_at < $4)
       ORDER BY selected_at DESC, decision_id DESC LIMIT $5`,
      [policy, to, from ?? null, resolvedBefore, limit],
    );
    return rows.reverse().map(selectionFromRow);
  }
}
