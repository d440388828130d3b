import type { Database, Tx } from '@attune/postgres';
import { mergeSteps } from '../domain/metrics/merge-steps';
import type { SeriesStep } from '../domain/series';
import type { SeriesUpkeep } from '../measure-ports';

const HOUR_SECONDS = 3_600;
const HOUR_MS = HOUR_SECONDS * 1_000;

/** Keeps the series from growing for ever: minutes become hours, and hours end. */
export class PostgresSeriesUpkeep implements SeriesUpkeep {
  constructor(private readonly database: Database) {}

  async hoursOfMinutes(before: Date, limit: number): Promise<readonly Date[]> {
    const { rows } = await this.database.query<{ hour: Date }>(
      `SELECT DISTINCT date_trunc('hour', at, 'UTC') AS hour FROM series_steps
       WHERE width_seconds < $1 AND at < $2 ORDER BY hour LIMIT $3`,
      [HOUR_SECONDS, before, limit],
    );
    return rows.map(({ hour }) => hour);
  }

  rollUp(hour: Date): Promise<void> {
    return this.database.transaction(async (tx) => {
      const rows = await minutesOf(tx, hour);
      const merged = [...Map.groupBy(rows, ({ series_id }) => series_id)].map(([seriesId, own]) => ({
        seriesId,
        step: mergeSteps(own[0]!.metric, hour, own.map(asStep)),
      }));
      await tx.query('DELETE FROM series_steps WHERE at >= $1 AND at < $2 AND width_seconds < $3', [
        ...[hour, new Date(hour.getTime() + HOUR_MS), HOUR_SECONDS],
      ]);
      await tx.query(
        `INSERT INTO series_steps (series_id, at, width_seconds, count, sum, sum_of_squares, min, max, sketch)
         SELECT id, $1, $2, count, sum, squares, min, max, sketch FROM unnest($3::bigint[], $4::float8[], $5::float8[],
           $6::float8[], $7::float8[], $8::float8[], $9::bytea[]) AS of (id, count, sum, squares, min, max, sketch)`,
        [
          ...[hour, HOUR_SECONDS, merged.map(({ seriesId }) => seriesId)],
          ...[merged.map(({ step }) => step.count), merged.map(({ step }) => step.sum)],
          merged.map(({ step }) => step.sumOfSquares),
          ...[merged.map(({ step }) => step.min), merged.map(({ step }) => step.max)],
          merged.map(({ step }) => (step.sketch === undefined ? null : Buffer.from(step.sketch))),
        ],
      );
    });
  }

  async prune(before: Date): Promise<void> {
    await this.database.query('DELETE FROM series_steps WHERE at < $1', [before]);
    await this.database.query('DELETE FROM reported_spending WHERE day < $1', [before]);
    await this.database.query(
      'DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM series_steps s WHERE s.series_id = series.series_id)',
    );
  }

  async forgetLabels(before: Date): Promise<void> {
    await this.database.query('DELETE FROM label_values WHERE last_seen_on < $1', [before]);
  }
}

interface MinuteRow {
  readonly series_id: string;
  readonly metric: string;
  readonly at: Date;
  readonly count: number;
  readonly sum: number;
  readonly sum_of_squares: number;
  readonly min: number;
  readonly max: number;
  readonly sketch: Buffer | null;
}

async function minutesOf(tx: Tx, hour: Date): Promise<readonly MinuteRow[]> {
  const { rows } = await tx.query<MinuteRow>(
    `SELECT metric, s.* FROM series JOIN series_steps s USING (series_id)
     WHERE at >= $1 AND at < $2 AND width_seconds < $3 ORDER BY s.series_id, at`,
    [hour, new Date(hour.getTime() + HOUR_MS), HOUR_SECONDS],
  );
  return rows;
}

function asStep({ at, count, sum, sum_of_squares, min, max, sketch }: MinuteRow): SeriesStep {
  return { at, count, sum, sumOfSquares: sum_of_squares, min, max, ...(sketch === null ? {} : { sketch }) };
}
