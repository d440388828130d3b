import { AppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import type { ChangedPolicy } from '../domain/change-policy';
import type { NewChange, Policy, PolicyChange } from '../domain/policy';
import type { PolicyStore, PolicyWithStates } from '../ports';
import { throwNotFound } from '../use-cases/policy-book';
import {
  type ChangeRow,
  changeFromRow,
  definitionJson,
  POLICY_COLUMNS,
  type PolicyRow,
  policyFromRow,
  policyWithStates,
} from './policy-rows';

/** Policies and their append-only history in PostgreSQL. */
export class PostgresPolicyStore implements PolicyStore {
  constructor(private readonly database: Database) {}

  create(policy: Policy, change: NewChange): Promise<void> {
    return this.database.transaction(async (tx) => {
      const { rowCount } = await tx.query(
        `INSERT INTO policies (name, version, definition, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
        [policy.name, policy.version, definitionJson(policy), policy.createdAt],
      );
      if (rowCount === 0) {
        throw new AppError('exists.policy', `policy "${policy.name}" exists already; change it by UpdatePolicy`);
      }
      await addChanges(tx, [change]);
    });
  }

  change(name: string, change: (before: Policy) => ChangedPolicy): Promise<Policy> {
    return this.database.transaction(async (tx) => {
      const { rows } = await tx.query<PolicyRow>(`SELECT ${POLICY_COLUMNS} WHERE p.name = $1 FOR UPDATE OF p`, [name]);
      const { policy, changes } = change(rows[0] === undefined ? throwNotFound(name) : policyFromRow(rows[0]));
      if (changes.length === 0) return policy;
      await tx.query('UPDATE policies SET version = $2, definition = $3 WHERE name = $1', [
        name,
        policy.version,
        definitionJson(policy),
      ]);
      await addChanges(tx, changes);
      return policy;
    });
  }

  async get(name: string): Promise<PolicyWithStates | undefined> {
    const [found] = await this.getMany([name]);
    return found;
  }

  async getMany(names: readonly string[]): Promise<readonly PolicyWithStates[]> {
    const { rows } = await this.database.query<PolicyRow>(
      `SELECT ${POLICY_COLUMNS} WHERE p.name = ANY($1) ORDER BY p.name`,
      [names],
    );
    return rows.map(policyWithStates);
  }

  async list({ after, limit }: Parameters<PolicyStore['list']>[0]): Promise<readonly Policy[]> {
    const { rows } = await this.database.query<PolicyRow>(
      `SELECT name, version, definition, created_at, NULL AS states FROM policies
       WHERE $1::text IS NULL OR name > $1 ORDER BY name LIMIT $2`,
      [after ?? null, limit],
    );
    return rows.map(policyFromRow);
  }

  async changes(filter: Parameters<PolicyStore['changes']>[0]): Promise<readonly PolicyChange[]> {
    const { rows } = await this.database.query<ChangeRow>(
      `SELECT c.*, p.created_at FROM policy_changes c JOIN policies p ON p.name = c.policy
       WHERE c.policy = $1 AND ($2::int IS NULL OR c.sequence < $2) ORDER BY c.sequence DESC LIMIT $3`,
      [filter.policy, filter.beforeSequence ?? null, filter.limit],
    );
    return rows.map(changeFromRow);
  }

  async versions(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.database.query<{ name: string; version: string }>(
      `SELECT p.name, p.version || '.' || coalesce(s.version, 0) AS version
       FROM policies p LEFT JOIN policy_states s ON s.policy = p.name`,
    );
    return new Map(rows.map(({ name, version }) => [name, version]));
  }
}

/** The lock on the policy, or its insertion, keeps others from drawing the same numbers. */
async function addChanges(tx: Tx, changes: readonly NewChange[]): Promise<void> {
  for (const { policy, changedAt, actor, change, arm, reason } of changes) {
    await tx.query(
      `INSERT INTO policy_changes (policy, sequence, changed_at, actor, change, arm, reason, version, definition)
       SELECT $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM policy_changes WHERE policy = $1`,
      [policy.name, changedAt, actor, change, arm, reason, policy.version, definitionJson(policy)],
    );
  }
}
