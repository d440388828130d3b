/** The value of one measure in one hour. */
export interface HourValue {
  readonly hourMs: number;
  readonly value: number;
}

/** What was usual in the hours before. */
export interface Baseline {
  readonly median: number;
  /** 1.4826 times the median absolute deviation: the standard deviation, where values are normal. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Fewer hours say nothing. */
const MIN_HOURS = 12;

/**
 * What is usual in an hour, from hours before it: from those at about the same time of the day (an hour earlier and later, so
 * three per day) where there are enough, since a night is no bad day; else from all of them; undefined where too few are known.
 */
export function baselineOf(before: readonly HourValue[], hourMs: number): Baseline | undefined {
  const alike = before.filter(({ hourMs: one }) => isAboutSameTime(one, hourMs));
  const used = alike.length >= MIN_HOURS ? alike : before;
  if (used.length < MIN_HOURS) return undefined;
  const values = used.map(({ value }) => value).sort((a, b) => a - b);
  const median = medianOf(values);
  const deviations = values.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  return { median, deviation: 1.4826 * medianOf(deviations), min: values[0]!, max: values.at(-1)! };
}

function isAboutSameTime(one: number, other: number): boolean {
  const apart = Math.abs(one - other) / HOUR_MS;
  const hours = Math.round(apart) % DAY_HOURS;
  return hours <= 1 || hours === DAY_HOURS - 1;
}

/** The middle of sorted values. */
function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
