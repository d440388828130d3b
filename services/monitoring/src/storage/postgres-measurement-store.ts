import type { Database } from '@attune/postgres';
import type { StepWidth } from '../domain/metrics/metric';
import { stepBegin } from '../domain/metrics/step-begin';
import type { Measurement, MeasurementStore, TouchedStep } from '../measure-ports';
import type { PostgresSeriesStore } from './postgres-series-store';

/** Measurements in PostgreSQL. */
export class PostgresMeasurementStore implements MeasurementStore {
  constructor(
    private readonly database: Database,
    private readonly series: PostgresSeriesStore,
  ) {}

  async touched(width: StepWidth, limit: number): Promise<readonly TouchedStep[]> {
    const { rows } = await this.database.query<{ at: Date; touch: string }>(
      'SELECT at, touch FROM touched_steps WHERE width_seconds = $1 ORDER BY at DESC LIMIT $2',
      [width, limit],
    );
    return rows.map(({ at, touch }) => ({ width, at, touch }));
  }

  async labels(): Promise<readonly (readonly [string, string])[]> {
    const { rows } = await this.database.query<{ name: string; value: string }>('SELECT name, value FROM label_values');
    return rows.map(({ name, value }) => [name, value]);
  }

  write({ touched, metrics, steps, labels }: Measurement): Promise<void> {
    const { width, at, touch } = touched;
    return this.database.transaction(async (tx) => {
      await this.series.replace(tx, { width, at, metrics }, steps);
      await tx.query(
        `INSERT INTO label_values AS known (name, value, last_seen_on)
         SELECT name, value, $3 FROM unnest($1::text[], $2::text[]) AS of (name, value) ORDER BY name, value
         ON CONFLICT (name, value) DO UPDATE SET last_seen_on = excluded.last_seen_on
           WHERE excluded.last_seen_on > known.last_seen_on`,
        [labels.map(([name]) => name), labels.map(([, value]) => value), at],
      );
      await tx.query(
        `INSERT INTO stale_hours (hour, touch) VALUES ($1, nextval('touches'))
         ON CONFLICT (hour) DO UPDATE SET touch = excluded.touch`,
        [stepBegin(at, 3_600)],
      );
      await tx.query('DELETE FROM touched_steps WHERE width_seconds = $1 AND at = $2 AND touch = $3', [
        width,
        at,
        touch,
      ]);
    });
  }
}
