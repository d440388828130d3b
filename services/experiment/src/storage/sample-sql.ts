import { isDeepStrictEqual } from 'node:util';
import type { Measure, Metric, QuantileField } from '../domain/metrics/metric';
import { type Column, columnCtes, DAY, DURING, type Parts } from './measure-sql';

/** Metrics whose samples are pairs of sums per unit, all of which come of one reading of the facts. */
export type PairMetric = Extract<Metric, { kind: 'mean' | 'proportion' | 'ratio' }>;

/**
 * Moments of pairs over all units: those without a fact count as 0. PostgreSQL gathers them in one pass without cancelling (Youngs and
 * Cramer 1971, since version 12), and each column's once, in however many pairs it is.
 * [mean x, mean y, variance x, variance y, covariance]
 */
const moments = (x: string, y: string) => `ARRAY[avg(${x}), avg(${y}), coalesce(var_samp(${x}), 0),
  coalesce(var_samp(${y}), 0), coalesce(covar_samp(${x}, ${y}), 0)]`;

/** Per variant and part. Where an attribute parts, the whole comes with it, as a part without a name. */
const PART = "variant, coalesce(segment, '') AS segment, count(*) AS count";
const GROUPS = {
  whole: 'GROUP BY variant, segment',
  segments: 'GROUP BY GROUPING SETS ((variant), (variant, segment))',
  days: 'GROUP BY variant, segment',
} as const satisfies Record<Parts, string>;

/**
 * After the CTE `units`: moments of all metrics, in their order, as the column `pairs`. x is the denominator of a ratio, else the same
 * measure before the first exposure; by day there is no such time.
 */
export function pairsSql(metrics: readonly PairMetric[], parts: Parts): string {
  const columns: Column[] = [];
  const columnOf = (measure: Measure, stretch: Column['stretch']) => {
    const known = columns.find((one) => one.stretch === stretch && isDeepStrictEqual(one.measure, measure));
    if (known !== undefined) return known.name;
    const name = `v${columns.length}`;
    columns.push({ name, measure, stretch });
    return name;
  };
  const pairs = metrics.map((metric) => {
    if (metric.kind === 'ratio') {
      return moments(columnOf(metric.denominator, 'during'), columnOf(metric.numerator, 'during'));
    }
    const x = parts === 'days' ? '0::float8' : columnOf(metric.measure, 'before');
    return moments(x, columnOf(metric.measure, 'during'));
  });
  const ctes = columnCtes(columns, parts);
  const [rows, key] = parts === 'days' ? ['unit_days', 'row_id, day'] : ['units', 'row_id'];
  const values = columns.map(({ name }) => `coalesce(${name}, 0) AS ${name}`);
  return `${ctes.map(({ name, text }) => `, ${name} AS (${text})`).join('\n')}
    SELECT ${PART}, ARRAY[${pairs.join(', ')}] AS pairs FROM (
      SELECT u.variant, u.segment, ${values.join(', ')}
      FROM ${rows} u ${ctes.map(({ name }) => `LEFT JOIN ${name} USING (${key})`).join(' ')}) AS per_unit
    ${GROUPS[parts]}`;
}

/** After the CTE `units`: y is 1 for a unit that was seen on the day that begins so many days after its first exposure. Not by day. */
export function retentionSql(days: number, parts: Exclude<Parts, 'days'>): string {
  const [from, to] = [`u.from_at + interval '${days} days'`, `u.from_at + interval '${days + 1} days'`];
  const seenIn = (table: string) =>
    `SELECT u.row_id FROM units u JOIN ${table} f ON f.unit_key = u.unit_key AND f.at >= ${from} AND f.at < ${to}`;
  return `, seen AS (${seenIn('slates')} UNION ${seenIn('unit_events')})
    SELECT ${PART}, ARRAY[${moments('0::float8', 'y')}] AS pairs FROM (
      SELECT u.variant, u.segment, (seen.row_id IS NOT NULL)::int::float8 AS y
      FROM units u LEFT JOIN seen USING (row_id) WHERE ${to} <= u.until_at) AS per_unit
    ${GROUPS[parts]}`;
}

/**
 * After the CTE `units`: the quantile ($9) of every variant and part, and as `pairs` how many rows each unit has (x), and how many of them
 * are at most the quantile (y). The values stay in the database, which sorts them: there may be millions.
 */
export function quantileSql(field: QuantileField, parts: Parts): string {
  return `${perRow(field, parts)}, middles AS MATERIALIZED (
      SELECT ${PART}, percentile_disc($9::float8) WITHIN GROUP (ORDER BY value) AS middle FROM per_row ${GROUPS[parts]})
    SELECT variant, segment, middle, rows, count(*) AS count, ARRAY[${moments('x', 'y')}] AS pairs FROM (
      SELECT w.variant, w.segment, w.middle, w.count AS rows,
        count(*)::float8 AS x, count(*) FILTER (WHERE r.value <= w.middle)::float8 AS y
      FROM middles w JOIN per_row r ON ${OF_PART}
      GROUP BY w.variant, w.segment, w.middle, w.count, r.row_id) AS per_unit
    GROUP BY variant, segment, middle, rows`;
}

/** After the CTE `units`: the values at two shares of the rows ($11, $12), per variant and part ($9, $10). */
export function valuesAtSql(field: QuantileField, parts: Parts): string {
  return `${perRow(field, parts)}
    SELECT w.variant, w.segment, percentile_disc(w.below) WITHIN GROUP (ORDER BY r.value) AS low,
      percentile_disc(w.above) WITHIN GROUP (ORDER BY r.value) AS high
    FROM unnest($9::text[], $10::text[], $11::float8[], $12::float8[]) AS w (variant, segment, below, above)
      JOIN per_row r ON ${OF_PART}
    GROUP BY w.variant, w.segment, w.below, w.above`;
}

/** The whole, which has no name, has the rows of all parts. */
const OF_PART = "r.variant = w.variant AND (w.segment = '' OR r.segment = w.segment)";

function perRow(field: QuantileField, parts: Parts): string {
  const [table, value, only] =
    field === 'latency_ms' ? ['slates', 'f.latency_ms', 'true'] : ['unit_events', 'f.value', "f.type = 'view'"];
  const [segment, day] =
    parts === 'days' ? ['d.segment', `JOIN unit_days d ON d.row_id = u.row_id AND d.day = ${DAY}`] : ['u.segment', ''];
  return `, per_row AS MATERIALIZED (
      SELECT u.variant, ${segment} AS segment, u.row_id, ${value} AS value
      FROM units u JOIN ${table} f ON ${DURING} ${day} WHERE ${only} AND ${value} IS NOT NULL)`;
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
      FROM units u JOIN slates f ON ${DURING} AND f.teams IS NOT NULL
        JOIN unit_events c ON c.decision_id = f.decision_id AND c.unit_key = f.unit_key
      WHERE c.type = $11 AND c.at < f.at + $2::interval
      GROUP BY u.row_id, f.decision_id)
    SELECT count(*) FILTER (WHERE of_treatment > of_control) AS wins,
      count(*) FILTER (WHERE of_treatment < of_control) AS losses,
      count(*) FILTER (WHERE of_treatment = of_control) AS ties
    FROM credited WHERE of_control + of_treatment > 0 GROUP BY row_id`;
}
