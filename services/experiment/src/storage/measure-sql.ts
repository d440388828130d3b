import type { Measure } from '../domain/metrics/metric';

/**
 * The statement that gives a measure per row of `units` (columns `row_id`, `unit_key`, `from_at`, `until_at`, `day`), as
 * (`row_id`, `value`); rows without a fact are absent. `$1` is the period that counts (tstzmultirange), `$2` the attribution window.
 * `window` says which stretch of a unit's time is looked at: that of the experiment, or that before it.
 */
export function measureSql(measure: Measure, window: MeasureWindow): string {
  switch (measure.of) {
    case 'events':
      return `SELECT u.row_id, ${EVENT_VALUE[measure.what]} AS value
        FROM units u JOIN unit_events f ON ${within(window)} AND f.type = ${literal(measure.type)}
        GROUP BY u.row_id`;
    case 'valued_events':
      return `SELECT u.row_id, count(*)::float8 AS value
        FROM units u JOIN unit_events f ON ${within(window)} AND f.type = ${literal(measure.type)} AND f.value IS NOT NULL
        GROUP BY u.row_id`;
    case 'slates':
      return `SELECT u.row_id, ${SLATE_VALUE[measure.what]} AS value
        FROM units u JOIN slates f ON ${within(window)}
        GROUP BY u.row_id`;
    case 'slate_events':
      // an event counts for the slate that it names, if that is its own unit's and it came soon enough
      return `SELECT u.row_id, count(${measure.what === 'count' ? '*' : 'DISTINCT f.decision_id'})::float8 AS value
        FROM units u JOIN slates f ON ${within(window)}
        JOIN unit_events c ON c.decision_id = f.decision_id AND c.unit_key = f.unit_key
          AND c.type = ${literal(measure.type)} AND c.at < f.at + $2::interval
        GROUP BY u.row_id`;
    default:
      return measure satisfies never;
  }
}

/** The time of the experiment by whole units, the same by day, or the time before each unit's first exposure. */
export type MeasureWindow = 'experiment' | 'experiment_days' | 'before';

const EVENT_VALUE = {
  count: 'count(*)::float8',
  sum: 'coalesce(sum(f.value), 0)',
  any: '1::float8',
} as const;

const SLATE_VALUE = {
  count: 'count(*)::float8',
  degraded: 'count(*) FILTER (WHERE f.is_degraded)::float8',
  items: 'sum(f.item_count)::float8',
} as const;

/**
 * That an experiment ran when a fact `f` was. Units' rows begin and end with the experiment, so only one that paused in between has to
 * look; the comparison comes first because it is cheap, and because the planner knows nothing of how many rows a range takes.
 */
export const RUNNING = '($8::boolean OR f.at <@ $1::tstzmultirange)';

function within(window: MeasureWindow): string {
  const unit = 'f.unit_key = u.unit_key';
  switch (window) {
    case 'experiment':
      return `${unit} AND f.at >= u.from_at AND f.at < u.until_at AND ${RUNNING}`;
    case 'experiment_days':
      // the day is compared for equality, so that the join is by hash and not by every pair of a unit's days and facts
      return `${within('experiment')} AND (f.at AT TIME ZONE 'UTC')::date = u.day`;
    case 'before':
      return `${unit} AND f.at >= u.from_at - $3::interval AND f.at < u.from_at`;
    default:
      return window satisfies never;
  }
}

/** Types come of the closed list of the contracts; still nothing but such words gets into a statement. */
function literal(type: string): string {
  if (!/^[a-z_]+$/.test(type)) throw new TypeError(`${type} is no interaction type`);
  return `'${type}'`;
}
