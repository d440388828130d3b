import type { Metric, QuantileField } from '../domain/metrics/metric';
import { measureSql, RUNNING } from './measure-sql';

/**
 * Moments of pairs per variant and part, over all units: those without a fact count as 0. PostgreSQL gathers them in one pass without
 * cancelling (Youngs and Cramer 1971, since version 12). x is the denominator of a ratio, else the same measure before the experiment.
 */
const MOMENTS = `variant, segment, count(*) AS count,
  avg(x) AS mean_x, avg(y) AS mean_y,
  coalesce(var_samp(x), 0) AS variance_x, coalesce(var_samp(y), 0) AS variance_y,
  coalesce(covar_samp(x, y), 0) AS covariance`;

type PairMetric = Extract<Metric, { kind: 'mean' | 'proportion' | 'ratio' }>;

/** After the CTE `units`: the pairs of a metric. */
export function pairsSql(metric: PairMetric, isByDay: boolean): string {
  const window = isByDay ? 'experiment_days' : 'experiment';
  const y = measureSql(metric.kind === 'ratio' ? metric.numerator : metric.measure, window);
  const x =
    metric.kind === 'ratio'
      ? measureSql(metric.denominator, window)
      : isByDay
        ? 'SELECT NULL::bigint AS row_id, 0::float8 AS value'
        : measureSql(metric.measure, 'before');
  return `, y AS (${y}), x AS (${x})
    SELECT ${MOMENTS} FROM (
      SELECT u.variant, u.segment, coalesce(x.value, 0) AS x, coalesce(y.value, 0) AS y
      FROM units u LEFT JOIN y USING (row_id) LEFT JOIN x ON x.row_id = u.row_id) AS pairs
    GROUP BY variant, segment`;
}

/** After the CTE `units`: y is 1 for a unit that was seen on the day that begins so many days after its first exposure. */
export function retentionSql(days: number): string {
  const [from, to] = [`u.from_at + interval '${days} days'`, `u.from_at + interval '${days + 1} days'`];
  const seenIn = (table: string) =>
    `SELECT u.row_id FROM units u JOIN ${table} f ON f.unit_key = u.unit_key AND f.at >= ${from} AND f.at < ${to}`;
  return `, seen AS (${seenIn('slates')} UNION ${seenIn('unit_events')})
    SELECT ${MOMENTS} FROM (
      SELECT u.variant, u.segment, 0::float8 AS x, (seen.row_id IS NOT NULL)::int::float8 AS y
      FROM units u LEFT JOIN seen USING (row_id) WHERE ${to} <= u.until_at) AS pairs
    GROUP BY variant, segment`;
}

/** After the CTE `units`: all values with the number of their unit, per variant and part. */
export function quantileSql(field: QuantileField): string {
  const [table, value, only] =
    field === 'latency_ms' ? ['slates', 'f.latency_ms', 'true'] : ['unit_events', 'f.value', "f.type = 'view'"];
  return `SELECT u.variant, u.segment, array_agg(${value}) AS values, array_agg(u.row_id::int) AS units
    FROM units u JOIN ${table} f ON f.unit_key = u.unit_key AND f.at >= u.from_at AND f.at < u.until_at AND ${RUNNING}
    WHERE ${only} AND ${value} IS NOT NULL
    GROUP BY u.variant, u.segment`;
}

/**
 * After the CTE `units`: for each unit, its slates whose events favored the treatment, the control, or neither; slates without such an
 * event say nothing. $9, $10: names of control and treatment; $11: the type of event.
 */
export function interleavingSql(): string {
  return `, credited AS (
      SELECT u.row_id, f.decision_id,
        count(DISTINCT c.item_id) FILTER (WHERE f.teams ->> c.item_id = $9) AS of_control,
        count(DISTINCT c.item_id) FILTER (WHERE f.teams ->> c.item_id = $10) AS of_treatment
      FROM units u JOIN slates f ON f.unit_key = u.unit_key AND f.at >= u.from_at AND f.at < u.until_at
          AND ${RUNNING} AND f.teams IS NOT NULL
        JOIN unit_events c ON c.decision_id = f.decision_id AND c.unit_key = f.unit_key
      WHERE c.type = $11 AND c.at < f.at + $2::interval
      GROUP BY u.row_id, f.decision_id)
    SELECT count(*) FILTER (WHERE of_treatment > of_control) AS wins,
      count(*) FILTER (WHERE of_treatment < of_control) AS losses,
      count(*) FILTER (WHERE of_treatment = of_control) AS ties
    FROM credited WHERE of_control + of_treatment > 0 GROUP BY row_id`;
}
