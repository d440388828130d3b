import { BUCKET_MS, HISTORY_MS, type SeriesHistory, type Stretch } from './metric-history';

const DAY_MS = 86_400_000;
const LEAST_DAYS = 3;
const LEAST_RECENT = 6;

/** What is usual for a stretch of time. */
export interface Usual {
  readonly median: number;
  /** Robust: 1.4826 times the median distance from the median. */
  readonly spread: number;
  /** Whether it is of the same times of days before; else of the hour before. */
  readonly isSeasonal: boolean;
}

/**
 * What a stretch that begins at `from` usually is: by the same time of the seven days before, a stretch earlier and later included; where
 * fewer than three days are known, by the six stretches before. Undefined where neither is.
 */
export function usualAt(
  series: SeriesHistory,
  { from, lengthMs }: { readonly from: Date; readonly lengthMs: number },
): Usual | undefined {
  const at = (ms: number) => series.stretch(new Date(ms), new Date(ms + lengthMs));
  const days = Array.from({ length: HISTORY_MS / DAY_MS }, (_, day) => from.getTime() - (day + 1) * DAY_MS);
  const seasonal = days.map((ms) => [ms - lengthMs, ms, ms + lengthMs].map(at).filter(hasValues));
  if (seasonal.filter((stretches) => stretches.length > 0).length >= LEAST_DAYS) return usualOf(seasonal.flat(), true);
  const recent = Array.from({ length: LEAST_RECENT }, (_, step) => at(from.getTime() - (step + 1) * lengthMs));
  return recent.every(hasValues) ? usualOf(recent, false) : undefined;
}

const hasValues = ({ count, value }: Stretch) => count > 0 && Number.isFinite(value);

function usualOf(stretches: readonly Stretch[], isSeasonal: boolean): Usual {
  const values = stretches.map(({ value }) => value);
  const middle = median(values);
  return { median: middle, spread: 1.4826 * median(values.map((value) => Math.abs(value - middle))), isSeasonal };
}

/** The middle one; of an even number the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The beginning of the bucket that a moment is in. */
export function bucketOf(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / BUCKET_MS) * BUCKET_MS);
}
