import type { Database, Tx } from '@attune/postgres';
import { cutFor } from '../domain/metrics/cut-for';
import { labelKeyOf, labelNamesOf } from '../domain/metrics/label-key';
import type { StepWidth } from '../domain/metrics/metric';
import { seriesOfMetric } from '../domain/metrics/metric-catalogue';
import { ANY_VALUE, type MeasuredStep, type Series, type SeriesLabels, type SeriesStep } from '../domain/series';
import type { SeriesQuery, SeriesReader } from '../ports';

/** Which steps a measurement stands for: those of these metrics that it does not have are none. */
export interface Replaced {
  readonly width: StepWidth;
  readonly at: Date;
  readonly metrics: readonly string[];
}

interface StepRow {
  readonly series_id: string;
  readonly labels: Record<string, string>;
  readonly at: Date;
  readonly count: number;
  readonly sum: number;
  readonly sum_of_squares: number;
  readonly min: number;
  readonly max: number;
  readonly sketch: Buffer | null;
}

/** The durable time series, in PostgreSQL. */
export class PostgresSeriesStore implements SeriesReader {
  constructor(private readonly database: Database) {}

  async read({ metric, labels, from, to, withoutSketches = false }: SeriesQuery): Promise<readonly Series[]> {
    const base = seriesOfMetric(metric);
    const cut = cutFor(metric, Object.keys(labels));
    if (base === undefined || cut === undefined) return [];
    const { rows } = await this.database.query<StepRow>(
      `SELECT labels, s.series_id, at, count, sum, sum_of_squares, min, max,
         CASE WHEN $6 THEN NULL ELSE sketch END AS sketch
       FROM series JOIN series_steps s USING (series_id)
       WHERE metric = $1 AND label_names = $2 AND labels @> $3::jsonb AND at >= $4 AND at < $5
       ORDER BY label_key, at, width_seconds`,
      [base, labelNamesOf(cut), JSON.stringify(exactOf(labels)), from, to, withoutSketches],
    );
    return seriesOf(metric, rows);
  }

  /** The labels of the series that a question is about, whenever they have steps. */
  async labelsOf({ metric, labels }: Pick<SeriesQuery, 'metric' | 'labels'>): Promise<readonly SeriesLabels[]> {
    const cut = cutFor(metric, Object.keys(labels));
    if (cut === undefined) return [];
    const { rows } = await this.database.query<{ labels: SeriesLabels }>(
      `SELECT labels FROM series WHERE metric = $1 AND label_names = $2 AND labels @> $3::jsonb ORDER BY label_key`,
      [seriesOfMetric(metric), labelNamesOf(cut), JSON.stringify(exactOf(labels))],
    );
    return rows.map((row) => row.labels);
  }

  /** Puts what was measured in the place of what was there. */
  async replace(tx: Tx, { width, at, metrics }: Replaced, steps: readonly MeasuredStep[]): Promise<void> {
    const ids = await seriesIds(tx, steps);
    const kept = steps.map((step) => ids.get(`${step.metric}\n${labelKeyOf(step.labels)}`)!);
    await tx.query(
      `DELETE FROM series_steps USING series
       WHERE series.series_id = series_steps.series_id AND at = $1 AND width_seconds = $2 AND metric = ANY ($3)
         AND series.series_id <> ALL ($4::bigint[])`,
      [at, width, metrics, kept],
    );
    await tx.query(
      `INSERT INTO series_steps AS known (series_id, at, width_seconds, count, sum, sum_of_squares, min, max, sketch)
       SELECT id, $1, $2, count, sum, squares, min, max, sketch FROM unnest($3::bigint[], $4::float8[], $5::float8[],
         $6::float8[], $7::float8[], $8::float8[], $9::bytea[]) AS of (id, count, sum, squares, min, max, sketch)
       ON CONFLICT (series_id, at, width_seconds) DO UPDATE SET count = excluded.count, sum = excluded.sum,
         sum_of_squares = excluded.sum_of_squares, min = excluded.min, max = excluded.max, sketch = excluded.sketch`,
      [
        ...[at, width, kept],
        ...[steps.map(({ step }) => step.count), steps.map(({ step }) => step.sum)],
        steps.map(({ step }) => step.sumOfSquares),
        ...[steps.map(({ step }) => step.min), steps.map(({ step }) => step.max)],
        steps.map(({ step }) => (step.sketch === undefined ? null : Buffer.from(step.sketch))),
      ],
    );
  }

  /** The latest step of each value of a label, for instance when each model was last seen. */
  async lastSeen(metric: string, label: string, since: Date): Promise<ReadonlyMap<string, Date>> {
    const { rows } = await this.database.query<{ value: string; at: Date }>(
      `SELECT labels ->> $2 AS value, max(at) AS at FROM series JOIN series_steps USING (series_id)
       WHERE metric = $1 AND labels ? $2 AND at >= $3 GROUP BY 1 ORDER BY 1`,
      [metric, label, since],
    );
    return new Map(rows.map(({ value, at }) => [value, at]));
  }
}

function exactOf(labels: SeriesLabels): SeriesLabels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ANY_VALUE));
}

/** The ids of series, made where there are none yet. */
async function seriesIds(tx: Tx, steps: readonly MeasuredStep[]): Promise<ReadonlyMap<string, string>> {
  const values = [
    steps.map(({ metric }) => metric),
    steps.map(({ labels }) => labelNamesOf(Object.keys(labels))),
    steps.map(({ labels }) => JSON.stringify(labels)),
    steps.map(({ labels }) => labelKeyOf(labels)),
  ];
  const wanted =
    '(SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::text[])) AS of (metric, names, labels, key)';
  // sorted, so that two replicas that make the same series wait for each other in the same order
  await tx.query(
    `INSERT INTO series (metric, label_names, labels, label_key)
     SELECT metric, names, labels, key FROM ${wanted} ORDER BY metric, key ON CONFLICT DO NOTHING`,
    values,
  );
  const { rows } = await tx.query<{ series_id: string; metric: string; label_key: string }>(
    `SELECT series_id, metric, label_key FROM series
     JOIN unnest($1::text[], $2::text[]) AS of (m, k) ON metric = m AND label_key = k`,
    [values[0], values[3]],
  );
  return new Map(rows.map((row) => [`${row.metric}\n${row.label_key}`, row.series_id]));
}

/** Rows in the order of series. */
function seriesOf(metric: string, rows: readonly StepRow[]): Series[] {
  return [...Map.groupBy(rows, (row) => row.series_id).values()].map((own) => ({
    ...{ metric, labels: own[0]!.labels },
    steps: own.map(stepOf),
  }));
}

function stepOf({ at, count, sum, sum_of_squares, min, max, sketch }: StepRow): SeriesStep {
  return { at, count, sum, sumOfSquares: sum_of_squares, min, max, ...(sketch === null ? {} : { sketch }) };
}
