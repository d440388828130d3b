import { judgeDayDrop, judgePerformanceDrop, type PerformanceJudgement } from '@attune/drift';
import type { FindingKind, Severity } from '../finding';
import { type Detected, judged, short, together, UNKNOWN, whereabouts } from './detected';
import { HISTORY_MS, type MetricHistory, type SeriesHistory, type Stretch } from './metric-history';
import { bucketOf } from './same-times';

const HOUR_MS = 3_600_000;
/** What users do comes after the slate: what is younger is not judged, for it would look worse than it is. */
const OUTCOME_LAG_MS = 10 * 60_000;
/** With a look every minute at hundreds of series for years, chance has many chances. */
const CONFIDENCE = 0.999999;
const LEAST_DAYS_MS = 24 * HOUR_MS;

/** A measure of quality that is judged against its history. */
export interface QualityMeasure {
  readonly kind: Extract<FindingKind, 'concept_drift' | 'estimated_performance'>;
  readonly measure: string;
  readonly higherIsBetter: boolean;
  /** Users feel it: a drop of the whole wakes somebody up. */
  readonly isFelt: boolean;
  /** The least count of the current window. */
  readonly leastCount: number;
}

/** Where few people come an hour cannot tell a drop from chance for days, and six hours can; where fewer do, a day. */
const LONG_MS = 6 * HOUR_MS;
/** An hour of so many observations tells by itself. */
const FEW = 500;

/**
 * Whether the last hour of each series, or where few people come its last six or its last day, are worse than the seven days before by 5 % or
 * more, and the interval of the difference excludes chance (concept drift). Less than a day of history judges nothing.
 */
export function judgeQuality(history: MetricHistory, measure: QualityMeasure, now: Date): Detected {
  return together([...history.series()].map((series) => judgeSeries(series, measure, now)));
}

function judgeSeries(series: SeriesHistory, measure: QualityMeasure, now: Date): Detected {
  const to = bucketOf(new Date(now.getTime() - OUTCOME_LAG_MS));
  const hour = judgeLast(series, measure, { to, lengthMs: HOUR_MS });
  const isEnough = series.stretch(new Date(to.getTime() - HOUR_MS), to).count >= FEW;
  if (hour.findings.length > 0 || isEnough) return hour;
  const long = judgeLast(series, measure, { to, lengthMs: LONG_MS });
  const some = long === UNKNOWN ? hour : long;
  const hasSome = series.stretch(new Date(to.getTime() - LONG_MS), to).count >= FEW;
  if (some.findings.length > 0 || hasSome) return some;
  const day = judgeLastDay(series, measure, to);
  return day === UNKNOWN ? some : day;
}

function judgeLastDay(series: SeriesHistory, measure: QualityMeasure, to: Date): Detected {
  const hours = windowsBefore(series, to, HOUR_MS);
  const found = judgeDayDrop(hours, to, measure);
  return said(found, { labels: series.labels, measure, since: found.since });
}

interface LastWindow {
  readonly to: Date;
  readonly lengthMs: number;
}

function judgeLast(series: SeriesHistory, measure: QualityMeasure, { to, lengthMs }: LastWindow): Detected {
  const from = new Date(to.getTime() - lengthMs);
  const current = series.stretch(from, to);
  if (current.count < measure.leastCount) return UNKNOWN;
  const before = windowsBefore(series, from, lengthMs);
  const oldest = before.at(-1)?.at.getTime() ?? from.getTime();
  if (from.getTime() - oldest < LEAST_DAYS_MS) return UNKNOWN;
  return judgeWindow({ before, current, labels: series.labels, measure });
}

/** What is judged: one window and those before it. */
export interface WindowToJudge {
  readonly before: readonly Stretch[];
  readonly current: Stretch;
  readonly labels: Readonly<Record<string, string>>;
  readonly measure: QualityMeasure;
}

/** Judges one window of a measure of quality. */
export function judgeWindow({ before, current, labels, measure }: WindowToJudge): Detected {
  const { higherIsBetter } = measure;
  const found = judgePerformanceDrop(before, current, { higherIsBetter, confidence: CONFIDENCE });
  return said(found, { labels, measure, since: current.at });
}

interface Said extends Pick<WindowToJudge, 'labels' | 'measure'> {
  readonly since: Date;
}

function said(found: PerformanceJudgement, { labels, measure, since }: Said): Detected {
  if (found.verdict === 'insufficient_data' || found.relativeChange === null) return UNKNOWN;
  const { subject, segment } = whereabouts(labels);
  const key = { kind: measure.kind, subject, measure: measure.measure, segment };
  if (!found.dropped) return judged(key, undefined);
  return judged(key, {
    value: found.value,
    bound: boundOf(found, measure.higherIsBetter),
    severity: severityOf(measure, segment),
    summary: summaryOf(found, measure, segment),
    since,
  });
}

/** The windows of the same length in the seven days before, newest first; those without observations are left out. */
function windowsBefore(series: SeriesHistory, from: Date, lengthMs: number): readonly Stretch[] {
  return Array.from({ length: Math.floor(HISTORY_MS / lengthMs) }, (_, window) => {
    const begin = from.getTime() - (window + 1) * lengthMs;
    return series.stretch(new Date(begin), new Date(begin + lengthMs));
  }).filter(({ count }) => count > 0);
}

function severityOf({ isFelt }: QualityMeasure, segment: string): Severity {
  return isFelt && segment === '' ? 'page' : 'ticket';
}

function boundOf({ baseline, bound }: PerformanceJudgement, higherIsBetter: boolean): number {
  return (baseline ?? 0) * (higherIsBetter ? 1 - bound : 1 + bound);
}

function summaryOf(found: PerformanceJudgement, { kind, measure }: QualityMeasure, segment: string): string {
  const percent = (share: number) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
  const { value, low, high } = found.relativeChange!;
  const where = segment === '' ? '' : ` for ${segment}`;
  const hedge = kind === 'estimated_performance' ? ', as far as predictions tell before outcomes come' : '';
  return `${measure}${where} went from ${short(found.baseline ?? 0)} at these hours of the week before to ${short(found.value)}: ${percent(value)} (${percent(low)} to ${percent(high)})${hedge}`;
}
