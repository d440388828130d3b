import type { Measure } from '../domain/metrics/metric';

/** A measure of one row of `units` in a stretch of its time: while the experiment ran, or before the unit's first exposure. */
export interface Column {
  readonly name: string;
  readonly measure: Measure;
  readonly stretch: 'during' | 'before';
}

/** How results are parted: not at all, by an attribute beside the whole, or by day. */
export type Parts = 'whole' | 'segments' | 'days';

/**
 * CTEs that give every column per row of the CTE `units` (columns `row_id`, `unit_key`, `from_at`, `until_at`), or per row and day; those without a
 * fact are absent. Each table is read once, however many columns there are. `$1` is the period that counts (tstzmultirange), `$2` the
 * attribution window, `$3` how long before the first exposure a stretch `before` begins.
 */
export function columnCtes(columns: readonly Column[], parts: Parts): readonly Cte[] {
  const ofEvents = columns.filter(({ measure }) => measure.of === 'events' || measure.of === 'valued_events');
  const ofSlates = columns.filter(({ measure }) => measure.of === 'slates');
  const ofSlateEvents = columns.filter(({ measure }) => measure.of === 'slate_events');
  return [
    ...(ofEvents.length === 0 ? [] : [{ name: 'event_sums', text: eventSums(ofEvents, parts) }]),
    ...(ofSlates.length === 0 ? [] : [{ name: 'slate_sums', text: slateSums(ofSlates, parts) }]),
    ...(ofSlateEvents.length === 0 ? [] : [{ name: 'slate_event_sums', text: slateEventSums(ofSlateEvents, parts) }]),
  ];
}

/** A part of a statement, with `row_id`, by day also `day`, and the columns that it was asked for. */
export interface Cte {
  readonly name: string;
  readonly text: string;
}

/**
 * That an experiment ran when a fact `f` was. Units' rows begin and end with the experiment, so only one that paused in between has to
 * look; the comparison comes first because it is cheap, and because the planner knows nothing of how many rows a range takes.
 */
const RUNNING = '($8::boolean OR f.at <@ $1::tstzmultirange)';

/** A fact `f` of the time in which a unit is looked at; the bounds that are the same for all let the planner choose an index. */
export const DURING = `f.unit_key = u.unit_key AND f.at >= u.from_at AND f.at < u.until_at AND ${RUNNING}
  AND f.at >= $6::timestamptz AND f.at < $5::timestamptz`;

const DURING_AND_BEFORE = `f.unit_key = u.unit_key AND f.at >= u.from_at - $3::interval AND f.at < u.until_at
  AND f.at >= $6::timestamptz - $3::interval AND f.at < $5::timestamptz`;

/** The day of a fact. */
export const DAY = "(f.at AT TIME ZONE 'UTC')::date";

/** What a row of sums is of. */
function rowOf(parts: Parts) {
  return parts === 'days'
    ? { row: ['row_id', 'day'], selected: `u.row_id, ${DAY} AS day`, keys: `u.row_id, ${DAY}` }
    : { row: ['row_id'], selected: 'u.row_id', keys: 'u.row_id' };
}

const EVENT_VALUE = {
  count: (only: string) => `count(*) FILTER (WHERE ${only})::float8`,
  sum: (only: string) => `coalesce(sum(f.value) FILTER (WHERE ${only}), 0)`,
  any: (only: string) => `(count(*) FILTER (WHERE ${only}) > 0)::int::float8`,
} as const;

const SLATE_VALUE = {
  count: (only: string) => `count(*) FILTER (WHERE ${only})::float8`,
  degraded: (only: string) => `count(*) FILTER (WHERE f.is_degraded AND ${only})::float8`,
  items: (only: string) => `coalesce(sum(f.item_count) FILTER (WHERE ${only}), 0)::float8`,
} as const;

function eventSums(columns: readonly Column[], parts: Parts): string {
  const sums = columns.map(({ name, measure, stretch }) => {
    const only = `f.type = ${typeOf(measure)} AND ${within(stretch)}`;
    if (measure.of === 'events') return `${EVENT_VALUE[measure.what](only)} AS ${name}`;
    return `${EVENT_VALUE.count(`${only} AND f.value IS NOT NULL`)} AS ${name}`;
  });
  const { keys, selected } = rowOf(parts);
  return `SELECT ${selected}, ${sums.join(', ')}
    FROM units u JOIN unit_events f ON ${facts(columns)} AND f.type IN (${typesOf(columns)})
    GROUP BY ${keys}`;
}

function slateSums(columns: readonly Column[], parts: Parts): string {
  const sums = columns.map(({ name, measure, stretch }) => {
    if (measure.of !== 'slates') throw new TypeError(`${measure.of} are no slates`);
    return `${SLATE_VALUE[measure.what](within(stretch))} AS ${name}`;
  });
  const { keys, selected } = rowOf(parts);
  return `SELECT ${selected}, ${sums.join(', ')}
    FROM units u JOIN slates f ON ${facts(columns)} GROUP BY ${keys}`;
}

/** First per slate, then per unit. An event counts for the slate that it names, if that is its own unit's and it came soon enough. */
function slateEventSums(columns: readonly Column[], parts: Parts): string {
  // whose event it is says no join condition: the planner would take it for a second chance to miss, and expect no rows at all
  const own = 'c.unit_key = f.unit_key';
  const perSlate = columns.map(
    ({ name, measure, stretch }) =>
      `count(*) FILTER (WHERE c.type = ${typeOf(measure)} AND ${own} AND ${within(stretch)}) AS ${name}`,
  );
  const { row, keys, selected } = rowOf(parts);
  const sums = columns.map(({ name, measure }) =>
    measure.of === 'slate_events' && measure.what === 'count'
      ? `sum(${name})::float8 AS ${name}`
      : `count(*) FILTER (WHERE ${name} > 0)::float8 AS ${name}`,
  );
  return `SELECT ${row.join(', ')}, ${sums.join(', ')} FROM (
      SELECT ${selected}, ${perSlate.join(', ')}
      FROM units u JOIN slates f ON ${facts(columns)}
        JOIN unit_events c ON c.decision_id = f.decision_id
          AND c.at < f.at + $2::interval AND c.type IN (${typesOf(columns)})
      GROUP BY ${keys}, f.decision_id) AS by_slate
    GROUP BY ${row.join(', ')}`;
}

function within(stretch: Column['stretch']): string {
  return stretch === 'during' ? `f.at >= u.from_at AND ${RUNNING}` : 'f.at < u.from_at';
}

/** All facts that any column needs. */
function facts(columns: readonly Column[]): string {
  return columns.some(({ stretch }) => stretch === 'before') ? DURING_AND_BEFORE : DURING;
}

const typesOf = (columns: readonly Column[]) => [...new Set(columns.map(({ measure }) => typeOf(measure)))].join(', ');

/** Types come of the closed list of the contracts; still nothing but such words gets into a statement. */
function typeOf(measure: Measure): string {
  if (measure.of === 'slates' || !/^[a-z_]+$/.test(measure.type)) throw new TypeError('that is no interaction type');
  return `'${measure.type}'`;
}
