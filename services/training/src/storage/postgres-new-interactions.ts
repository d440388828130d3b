import type { Database, Tx } from '@attune/postgres';
import {
  type FactorSpace,
  type NewInteraction,
  UPDATED_MODEL,
  type WaitingInteractions,
} from '../domain/factor-update';
import type { NewInteractions } from '../update-ports';
import { ERASURES_LOCK } from './erasure-marks';

/** How long a version that does not serve may still come into production and ask for what came in since. */
const CANDIDATE_DAYS = 7;

interface Row {
  readonly event_id: string;
  readonly user_id: string;
  readonly item_id: string;
  readonly type: string;
  readonly value: number | null;
  readonly occurred_at: Date;
  readonly accepted_at: Date;
}

/** New interactions in PostgreSQL. */
export class PostgresNewInteractions implements NewInteractions {
  constructor(
    private readonly database: Database,
    private readonly userKeyOf: (userId: string) => string,
  ) {}

  async neededSince(now: Date): Promise<Date | undefined> {
    const { rows } = await this.database.query<{ since: Date | null }>(
      `SELECT min(least(runs.created_at, runs.to_at)) AS since FROM runs LEFT JOIN model_versions USING (run_id)
       WHERE runs.model = $1 AND runs.kind = 'training' AND (
         runs.state IN ('queued', 'running') OR model_versions.stage IN ('production', 'canary', 'shadow')
         OR model_versions.created_at > $2::timestamptz - make_interval(days => $3))`,
      [UPDATED_MODEL, now, CANDIDATE_DAYS],
    );
    return rows[0]?.since ?? undefined;
  }

  add(interactions: readonly NewInteraction[], isNewItem: (itemId: string) => boolean, now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      // an erasure has the lock alone: it takes out what is here, and is known to whoever comes after it
      await tx.query(`SELECT pg_advisory_xact_lock_shared(${ERASURES_LOCK})`);
      const kept = await withoutForgotten(tx, interactions, this.userKeyOf);
      // counted in the same statement, so that an event that comes again counts once
      const { rows } = await tx.query<{ added: number }>(
        `WITH added AS (
           INSERT INTO new_interactions
             (event_id, user_id, item_id, type, value, occurred_at, accepted_at, received_at, is_new_item)
           SELECT event_id, user_id, item_id, type, value, occurred_at, accepted_at, $9, is_new_item
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::timestamptz[], $7::timestamptz[],
             $8::boolean[]) AS new (event_id, user_id, item_id, type, value, occurred_at, accepted_at, is_new_item)
           ON CONFLICT DO NOTHING RETURNING occurred_at
         ), counted AS (
           INSERT INTO learning_arrivals AS known (minute, count)
           SELECT date_trunc('minute', occurred_at), count(*) FROM added GROUP BY 1
           ON CONFLICT (minute) DO UPDATE SET count = known.count + excluded.count
         )
         SELECT count(*)::int AS added FROM added`,
        [
          kept.map(({ eventId }) => eventId),
          kept.map(({ userId }) => userId),
          kept.map(({ itemId }) => itemId),
          kept.map(({ type }) => type),
          kept.map(({ value }) => value ?? null),
          kept.map(({ occurredAt }) => occurredAt),
          kept.map(({ acceptedAt }) => acceptedAt),
          kept.map(({ itemId }) => isNewItem(itemId)),
          now,
        ],
      );
      return rows[0]!.added;
    });
  }

  async waiting({ since }: FactorSpace, most: number): Promise<WaitingInteractions> {
    const { rows } = await this.database.query<{ count: number; oldest: Date | null; oldest_new: Date | null }>(
      `SELECT count(*)::int AS count, min(received_at) AS oldest, min(received_at) FILTER (WHERE is_new_item) AS oldest_new
       FROM (SELECT received_at, is_new_item FROM new_interactions
             WHERE update_id IS NULL AND accepted_at > $1 ORDER BY received_at LIMIT $2) AS first`,
      [since, most],
    );
    const { count, oldest, oldest_new: oldestNew } = rows[0]!;
    return {
      count,
      ...(oldest === null ? {} : { oldestReceivedAt: oldest }),
      ...(oldestNew === null ? {} : { oldestNewItemAt: oldestNew }),
    };
  }

  async ofUpdate(updateId: string, { since }: FactorSpace): Promise<readonly NewInteraction[]> {
    const { rows } = await this.database.query<Row>(
      `WITH mine AS (SELECT DISTINCT user_id, item_id FROM new_interactions WHERE update_id = $1)
       SELECT event_id, user_id, item_id, type, value, occurred_at, accepted_at FROM new_interactions
       WHERE accepted_at > $2
         AND (user_id IN (SELECT user_id FROM mine) OR item_id IN (SELECT item_id FROM mine))
       ORDER BY accepted_at, event_id`,
      [updateId, since],
    );
    return rows.map(interactionFromRow);
  }

  async subjectsOf(updateId: string) {
    const { rows } = await this.database.query<{ users: string[] | null; items: string[] | null }>(
      `SELECT array_agg(DISTINCT user_id) AS users, array_agg(DISTINCT item_id) AS items
       FROM new_interactions WHERE update_id = $1`,
      [updateId],
    );
    return { userIds: rows[0]?.users ?? [], itemIds: rows[0]?.items ?? [] };
  }

  async removeOf(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    await this.database.query('DELETE FROM new_interactions WHERE user_id = ANY ($1)', [userIds]);
  }

  async prune(neededSince: Date | undefined, most: number): Promise<void> {
    if (neededSince === undefined) {
      await this.database.query('DELETE FROM new_interactions');
      return;
    }
    await this.database.query(
      `DELETE FROM new_interactions WHERE accepted_at <= greatest($1::timestamptz,
         (SELECT accepted_at FROM new_interactions ORDER BY accepted_at DESC OFFSET $2 LIMIT 1))`,
      [neededSince, most],
    );
  }
}

async function withoutForgotten(
  tx: Tx,
  interactions: readonly NewInteraction[],
  userKeyOf: (userId: string) => string,
): Promise<readonly NewInteraction[]> {
  const { rows: any } = await tx.query('SELECT 1 FROM forgotten_users LIMIT 1');
  if (any.length === 0) return interactions;
  const keys = new Map(interactions.map(({ userId }) => [userId, userKeyOf(userId)]));
  const { rows } = await tx.query<{ user_key: string; forgotten_at: Date }>(
    'SELECT user_key, forgotten_at FROM forgotten_users WHERE user_key = ANY ($1)',
    [[...keys.values()]],
  );
  const forgottenAt = new Map(rows.map((row) => [row.user_key, row.forgotten_at.getTime()]));
  return interactions.filter(({ userId, occurredAt, acceptedAt }) => {
    const at = forgottenAt.get(keys.get(userId)!) ?? Number.NEGATIVE_INFINITY;
    return Math.min(occurredAt.getTime(), acceptedAt.getTime()) > at;
  });
}

function interactionFromRow(row: Row): NewInteraction {
  return {
    eventId: row.event_id,
    userId: row.user_id,
    itemId: row.item_id,
    type: row.type,
    ...(row.value === null ? {} : { value: row.value }),
    occurredAt: row.occurred_at,
    acceptedAt: row.accepted_at,
  };
}
