import type { Database } from '@attune/postgres';
import type { DeliveryStore, DueDelivery } from '../alert-book-ports';
import { deliveryFromJson } from './alert-rows';

interface DeliveryRow {
  readonly sequence: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly delivery: { readonly alerts: readonly object[] };
}

/** What people are to be told, in PostgreSQL. */
export class PostgresDeliveryStore implements DeliveryStore {
  constructor(private readonly database: Database) {}

  async claim(now: Date, heldUntil: Date): Promise<readonly DueDelivery[]> {
    // the oldest of each incident alone, so that nobody hears of its end before its beginning
    const { rows } = await this.database.query<DeliveryRow>(
      `UPDATE deliveries SET next_attempt_at = $2, attempts = attempts + 1
       WHERE sequence IN (
         SELECT sequence FROM deliveries AS due
         WHERE settled_at IS NULL AND next_attempt_at <= $1
           AND NOT EXISTS (SELECT FROM deliveries AS older WHERE older.incident_id = due.incident_id
             AND older.settled_at IS NULL AND older.sequence < due.sequence)
         ORDER BY sequence LIMIT 20 FOR UPDATE SKIP LOCKED)
       RETURNING sequence, attempts, created_at, delivery`,
      [now, heldUntil],
    );
    return rows
      .map((row) => ({
        sequence: Number(row.sequence),
        attempts: row.attempts,
        createdAt: row.created_at,
        delivery: deliveryFromJson(row.delivery),
      }))
      .sort((a, b) => a.sequence - b.sequence);
  }

  async settle(sequence: number, isDelivered: boolean, now: Date): Promise<void> {
    await this.database.query(
      'UPDATE deliveries SET settled_at = $2, is_delivered = $3 WHERE sequence = $1 AND settled_at IS NULL',
      [sequence, now, isDelivered],
    );
  }

  async retryAt(sequence: number, at: Date): Promise<void> {
    await this.database.query('UPDATE deliveries SET next_attempt_at = $2 WHERE sequence = $1', [sequence, at]);
  }
}
