import { studentCritical } from '@attune/statistics';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** With fewer windows of the same hours, all of the history is the baseline. */
const LEAST_SAME_HOURS = 5;
const LEAST_WINDOWS = 12;
const LEAST_COUNT = 30;

/** One window of a performance series: all of them equally long. */
export interface PerformanceWindow {
  /** Its beginning. */
  readonly at: Date;
  /** The mean over its observations. */
  readonly value: number;
  readonly count: number;
}

/** When a change counts. */
export interface DropOptions {
  /** The least relative drop, 0.05 unless named. */
  readonly relativeDrop?: number;
  /** Whether more is better; it is unless said otherwise. */
  readonly higherIsBetter?: boolean;
  /** The coverage of the interval, 0.999 unless named. */
  readonly confidence?: number;
}

/** What is said of the current window. */
export interface PerformanceJudgement {
  readonly verdict: 'drop' | 'no_drop' | 'insufficient_data';
  readonly dropped: boolean;
  /** The mean of the baseline; null where there is none. */
  readonly baseline: number | null;
  readonly value: number;
  /** (value - baseline) / baseline, with its interval; null where it cannot be told. */
  readonly relativeChange: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly bound: number;
  /** In a sentence. */
  readonly reason: string;
}

/**
 * Whether a measure has dropped against its history (the 7 days before, say). The baseline is the mean of the windows at the same hour of the
 * day, an hour more or less; how much windows scatter is taken from the windows themselves, around the means of their hours, so that
 * clusters of observations and days of their own are in it. It is a drop where the change is as large as asked for, and the interval of
 * Student's t excludes that nothing changed.
 */
export function judgePerformanceDrop(
  history: readonly PerformanceWindow[],
  current: PerformanceWindow,
  { relativeDrop = 0.05, higherIsBetter = true, confidence = 0.999 }: DropOptions = {},
): PerformanceJudgement {
  const windows = history.filter(({ count, value }) => count > 0 && Number.isFinite(value));
  const none = { dropped: false, baseline: null, value: current.value, relativeChange: null, bound: relativeDrop };
  const insufficient = (reason: string) => ({ ...none, verdict: 'insufficient_data' as const, reason });
  if (windows.length < LEAST_WINDOWS)
    return insufficient(`${windows.length} windows of history are too few: it takes ${LEAST_WINDOWS}`);
  if (!(current.count >= LEAST_COUNT))
    return insufficient(`${current.count} observations are too few: it takes ${LEAST_COUNT}`);
  const near = sameHours(windows, current.at);
  const baseline = meanOf(near);
  if (baseline === 0 || !Number.isFinite(current.value))
    return insufficient('the baseline is 0, or the value is no number');
  const reach = studentCritical((1 - confidence) / 2, windows.length - 1) * errorOf(windows, near, current);
  const change = current.value - baseline;
  const [at, half] = [change / Math.abs(baseline), reach / Math.abs(baseline)];
  const relativeChange = { value: at, low: at - half, high: at + half };
  const dropped = higherIsBetter
    ? at <= -relativeDrop && relativeChange.high < 0
    : at >= relativeDrop && relativeChange.low > 0;
  return {
    ...none,
    verdict: dropped ? 'drop' : 'no_drop',
    dropped,
    baseline,
    relativeChange,
    reason: words(relativeChange, { dropped, confidence, baseline, value: current.value }),
  };
}

/** The standard error of the difference. */
function errorOf(
  windows: readonly PerformanceWindow[],
  near: readonly PerformanceWindow[],
  current: PerformanceWindow,
): number {
  const perObservation = variancePerObservation(windows);
  // days of their own do not average out within a window, so a larger window is not taken to be more precise than usual
  const typical = countOf(windows) / windows.length;
  const [now, before] = [Math.min(current.count, typical), Math.min(countOf(near), typical * near.length)];
  return Math.sqrt(perObservation / now + perObservation / before);
}

/** What windows scatter around the means of their hours, per observation: over-dispersion included. */
export function variancePerObservation(windows: readonly PerformanceWindow[]): number {
  const byHour = new Map<number, { readonly mean: number; readonly count: number }>();
  const baselineAt = (at: Date) => {
    const timeOfDay = at.getTime() % DAY_MS;
    const others = byHour.get(timeOfDay) ?? baselineOf(sameHours(windows, at));
    byHour.set(timeOfDay, others);
    return others;
  };
  let [squares, degrees] = [0, 0];
  for (const { at, value, count } of windows) {
    const others = baselineAt(at);
    squares += count * (value - others.mean) ** 2;
    // what a window contributes to its own mean is missing from its distance
    degrees += 1 - count / others.count;
  }
  return squares / Math.max(1, degrees);
}

/** The windows at the same hour of the day; all of them, where those are too few. */
function sameHours(windows: readonly PerformanceWindow[], at: Date): readonly PerformanceWindow[] {
  const near = windows.filter((window) => {
    const off = Math.abs(window.at.getTime() - at.getTime()) % DAY_MS;
    return Math.min(off, DAY_MS - off) <= HOUR_MS;
  });
  return near.length >= LEAST_SAME_HOURS ? near : windows;
}

function baselineOf(windows: readonly PerformanceWindow[]) {
  return { mean: meanOf(windows), count: countOf(windows) };
}

/** The observations of some windows. */
export function countOf(windows: readonly PerformanceWindow[]): number {
  return windows.reduce((sum, { count }) => sum + count, 0);
}

/** The mean over the observations of some windows. */
export function meanOf(windows: readonly PerformanceWindow[]): number {
  return windows.reduce((sum, { value, count }) => sum + value * count, 0) / countOf(windows);
}

/** A judgement in words. */
export function words(
  { value: at, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  known: { readonly dropped: boolean; readonly confidence: number; readonly baseline: number; readonly value: number },
): string {
  const percent = (share: number) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
  const what = `${known.value.toPrecision(4)} against ${known.baseline.toPrecision(4)} at these hours before: ${percent(at)}`;
  const interval = `${percent(low)} to ${percent(high)} with ${Number((known.confidence * 100).toFixed(3))} % confidence`;
  return `${what} (${interval})${known.dropped ? '' : ', which is no certain drop of the size that counts'}`;
}
