import type { FactScope } from '../ports';

/**
 * The units that measures are taken of, as the CTE `units`; by day also `unit_days`, the days on which they were exposed. `$4` is the
 * experiment, `$5` until when, `$6` when the experiment began, `$7` the attribute that parts (where it is parted by one), `$8`
 * whether it ran without a pause. Units that were given more than one variant are left out.
 */
export function unitsSql(by: FactScope['by']): string {
  // an exposure that another machine's clock dates before the start is one of the start
  const from = 'greatest(x.first_at, $6::timestamptz)';
  // an attribute that is empty says nothing, and the whole is what has no name
  const segment =
    "CASE WHEN $7::text IS NULL THEN '' ELSE coalesce(nullif(x.attributes ->> $7::text, ''), '(none)') END";
  const units = `units AS MATERIALIZED (
    SELECT row_number() OVER () AS row_id, x.unit_key, x.variant, ${segment} AS segment,
      ${from} AS from_at, $5::timestamptz AS until_at
    FROM exposed_units x
    WHERE x.experiment_id = $4 AND NOT x.has_crossed AND x.first_at < $5::timestamptz AND ${NAMED})`;
  if (by !== 'day') return units;
  return `${units}, unit_days AS (
    SELECT u.row_id, u.variant, d.day, d.day::text AS segment
    FROM units u JOIN exposures d ON d.unit_key = u.unit_key
    WHERE d.experiment_id = $4 AND d.first_at < $5::timestamptz)`;
}

/** The values of `$1` to `$8`. */
export function unitValues(scope: FactScope): unknown[] {
  const { periods, attributionMs, covariateMs, experimentId, until, by } = scope;
  const ranges = periods.map(({ fromMs, toMs }) => `[${iso(fromMs)},${iso(toMs)})`);
  return [
    `{${ranges.join(',')}}`,
    `${attributionMs} milliseconds`,
    `${covariateMs} milliseconds`,
    experimentId,
    until,
    new Date(periods[0]?.fromMs ?? 0),
    typeof by === 'object' ? by.attribute : null,
    periods.length <= 1,
  ];
}

/** Every statement takes the same values; one that does not use them all still has to name their types. */
const NAMED = `($1::tstzmultirange IS NOT NULL AND $2::interval IS NOT NULL AND $3::interval IS NOT NULL
  AND $8::boolean IS NOT NULL AND ($7::text IS NULL OR true))`;

const iso = (ms: number) => new Date(ms).toISOString();
