import { ACTS } from '../../domain/training-set/acts';
import type { LabelRule } from '../../domain/training-set/label-rule';
import { LIVE_GRACE_MS, type Timeline } from '../../domain/training-set/visibility';

/** What decides which interactions are examples. Times are milliseconds since 1970. */
export interface ExampleRules {
  readonly fromMs: number | undefined;
  readonly toMs: number;
  /** Nothing that was known later is used; undefined for no limit. */
  readonly knownAtMs: number | undefined;
  /** Whether the window of an impression is over is asked of this moment. */
  readonly nowMs: number;
  readonly includeFlagged: boolean;
  readonly labelRule: LabelRule;
  readonly fromImpressions: boolean;
  readonly windowMs: number;
}

const ms = (column: string) => `round(date_part('epoch', ${column}) * 1000)`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const knownBy = (knownAtMs: number | undefined) =>
  knownAtMs === undefined ? 'true' : `known_at <= to_timestamp(${knownAtMs} / 1000.0::float8)`;

/**
 * The strength of an interaction under a rule, NULL where it does not label. A rating counts by its value, as strengthOf of the
 * contracts has it (a test holds the two equal); a strength of nothing does not label.
 */
export function strengthSql({ strengths }: LabelRule): string {
  const cases = Object.entries(strengths)
    .filter(([, strength]) => strength !== 0)
    .map(([type, strength]) => {
      const scale = type === 'rating' ? ' * coalesce((least(value, 5) - 3) / 2, 1)' : '';
      return `WHEN ${literal(type)} THEN ${strength}::float8${scale}`;
    });
  return cases.length === 0 ? 'NULL::float8' : `nullif(CASE type ${cases.join(' ')} END, 0)`;
}

/** The bit of an act, 0 for what is none. */
const ACT_SQL = `CASE type ${ACTS.map((act, place) => `WHEN ${literal(act)} THEN ${1 << place}`).join(' ')} ELSE 0 END`;

/**
 * Every interaction of the history with what it is an example of: the window of engagement is looked at here, by user and item, so
 * that a replay knows the label of an impression when it reads the features. PostgreSQL sorts on disk what does not fit in memory.
 *
 * `source` is 0 for an impression and 1 for an engagement without one; NULL for what makes no example.
 */
export function interactionsTable(rules: ExampleRules): string {
  const { fromMs, toMs, nowMs, knownAtMs, windowMs, includeFlagged, fromImpressions } = rules;
  const speaks = includeFlagged ? 'true' : 'flags IS NULL';
  // Of the engagements within the window the strongest one labels; where yes and no are equally strong, the no.
  const strength = 'CASE WHEN -worst >= best THEN worst ELSE best END';
  const isOver = `occurred_ms + ${windowMs} <= ${nowMs}`;
  return `
CREATE TEMP TABLE replayed ON COMMIT DROP AS
WITH known AS (
  SELECT user_id, item_id, type, value, item_change::float8 AS item_change, decision_id, event_id, known_seq,
    ${ms('occurred_at')} AS occurred_ms, ${ms('known_at')} AS known_ms, ${speaks} AS speaks,
    CASE WHEN ${speaks} THEN ${strengthSql(rules.labelRule)} END AS own,
    CASE WHEN ${speaks} THEN ${ACT_SQL} END::smallint AS act
  FROM interactions WHERE ${knownBy(knownAtMs)}
), labelled AS (
  SELECT *, max(own) OVER ahead AS best, min(own) OVER ahead AS worst,
    bit_or(act) OVER ahead AS acts,
    coalesce(bool_or(speaks AND type = 'impression') OVER before, false) AS was_shown
  FROM known
  WINDOW by_pair AS (PARTITION BY user_id, item_id ORDER BY occurred_ms),
    ahead AS (by_pair RANGE BETWEEN CURRENT ROW AND ${windowMs} FOLLOWING),
    before AS (by_pair RANGE BETWEEN ${windowMs} PRECEDING AND CURRENT ROW)
), sourced AS (
  SELECT *, CASE
    WHEN NOT speaks OR occurred_ms >= ${toMs} ${fromMs === undefined ? '' : `OR occurred_ms < ${fromMs}`} THEN NULL
    WHEN EXISTS (SELECT FROM left_out WHERE left_out.user_id = labelled.user_id) THEN NULL
    WHEN type = 'impression' THEN CASE WHEN best IS NOT NULL OR (${fromImpressions} AND ${isOver}) THEN 0::smallint END
    WHEN own IS NOT NULL AND NOT was_shown THEN 1::smallint END AS source
  FROM labelled
)
SELECT user_id, item_id, type, value, item_change, decision_id, event_id, known_seq, occurred_ms, known_ms, source,
  CASE source WHEN 0 THEN coalesce(${strength}, 0) WHEN 1 THEN own END AS strength, acts,
  known_ms - occurred_ms <= ${LIVE_GRACE_MS} AS is_live
FROM sourced`;
}

/** How many interactions and examples there are, and how many users were left out who did something. */
export const COUNTS = `
SELECT count(*)::float8 AS interactions, count(source)::float8 AS examples,
  (SELECT count(*) FROM left_out WHERE EXISTS (SELECT FROM replayed WHERE replayed.user_id = left_out.user_id))::float8
    AS left_out
FROM replayed`;

/** The moment from which on a share of the examples, the latest, lies; $1 is the share before it. */
export const MOMENT_AFTER_SHARE = `
SELECT percentile_disc($1::float8) WITHIN GROUP (ORDER BY occurred_ms) AS moment FROM replayed WHERE source IS NOT NULL`;

/** The fields of a row of a timeline, in the order in which it is copied out. */
const FIELDS = `kind, user_id, item_id, type, value, occurred_ms, known_ms, item_change, decision_id, event_id, source, strength, acts, record`;

/**
 * COPY of a timeline: interactions and the changes of users, items and follows by their order on it, and of one moment those that
 * are only folded before those that are read. What comes after the last example is left away.
 */
export function copyTimeline(timeline: Timeline, { knownAtMs }: ExampleRules, lastMs: number): string {
  const isOwn = timeline === 'live' ? 'is_live' : 'NOT is_live';
  const order = timeline === 'live' ? 'CASE WHEN is_live THEN occurred_ms ELSE known_ms END' : 'occurred_ms';
  return `
COPY (SELECT ${FIELDS} FROM (
  SELECT 0::smallint AS kind, user_id, item_id, type, value, occurred_ms, known_ms, item_change, decision_id,
    event_id, CASE WHEN ${isOwn} THEN source END AS source, strength, acts, NULL::bytea AS record, ${order} AS place, known_seq
  FROM replayed
  UNION ALL
  SELECT ${CHANGE_KIND}, entity_id, other_id, '', NULL::float8, accepted_ms, known_ms, rank, '', event_id, NULL::smallint,
    NULL::float8, NULL::smallint, record, ${changeOrder(timeline)}, known_seq
  FROM (SELECT *, ${ms('accepted_at')} AS accepted_ms, ${ms('known_at')} AS known_ms,
      ${timeline === 'live' ? '0::float8' : 'row_number() OVER (PARTITION BY kind, entity_id, other_id ORDER BY accepted_at, event_id)::float8'} AS rank
    FROM entity_changes WHERE kept AND kind IN ('user', 'item', 'follow') AND ${knownBy(knownAtMs)}) AS changes
) AS rows WHERE place <= ${lastMs} ORDER BY place, source IS NOT NULL, known_seq, event_id) TO STDOUT (FORMAT binary)`;
}

const CHANGE_KIND = `CASE kind WHEN 'user' THEN 1 WHEN 'item' THEN 2 ELSE CASE WHEN removed THEN 4 ELSE 3 END END::smallint`;

// An import tells what users and items are, not since when, so what was filled in meets the first that was told of them.
function changeOrder(timeline: Timeline): string {
  if (timeline === 'live') return 'greatest(known_ms, accepted_ms)';
  return `CASE WHEN rank = 1 AND kind <> 'follow' THEN '-Infinity'::float8 ELSE accepted_ms END`;
}
