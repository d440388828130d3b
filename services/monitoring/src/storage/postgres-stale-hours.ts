import type { Database } from '@attune/postgres';
import type { HourCount, StaleHours } from '../measure-ports';

const HOUR_MS = 3_600_000;

/** Which hours changed since their counters were made, and what they come to. */
export class PostgresStaleHours implements StaleHours {
  constructor(private readonly database: Database) {}

  async stale(limit: number): Promise<readonly { readonly hour: Date; readonly touch: string }[]> {
    const { rows } = await this.database.query<{ hour: Date; touch: string }>(
      'SELECT hour, touch FROM stale_hours ORDER BY hour DESC LIMIT $1',
      [limit],
    );
    return rows;
  }

  async countsOf(hour: Date): Promise<readonly HourCount[]> {
    // in order of time: sums of the same steps are then the same to the last bit
    const { rows } = await this.database.query<HourRow>(
      `SELECT metric, labels, sum(count ORDER BY at) AS count, sum(sum ORDER BY at) AS sum,
         sum(sum_of_squares ORDER BY at) AS squares, min(min) FILTER (WHERE count > 0) AS min,
         max(max) FILTER (WHERE count > 0) AS max
       FROM series JOIN series_steps USING (series_id) WHERE at >= $1 AND at < $2
       GROUP BY metric, label_key, labels ORDER BY metric, label_key`,
      [hour, new Date(hour.getTime() + HOUR_MS)],
    );
    return rows.map(({ squares, min, max, ...row }) => ({
      ...row,
      sumOfSquares: squares,
      min: min ?? 0,
      max: max ?? 0,
    }));
  }

  async fresh(hour: Date, touch: string): Promise<void> {
    await this.database.query('DELETE FROM stale_hours WHERE hour = $1 AND touch = $2', [hour, touch]);
  }

  async allStaleFrom(from: Date): Promise<void> {
    await this.database.query(
      `INSERT INTO stale_hours (hour, touch)
       SELECT hour, nextval('touches') FROM (SELECT DISTINCT date_trunc('hour', at, 'UTC') AS hour FROM series_steps WHERE at >= $1) hours
       ON CONFLICT (hour) DO UPDATE SET touch = excluded.touch`,
      [from],
    );
  }
}

interface HourRow {
  readonly metric: string;
  readonly labels: Record<string, string>;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  readonly min: number | null;
  readonly max: number | null;
}
