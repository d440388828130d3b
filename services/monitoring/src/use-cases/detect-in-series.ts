import type { Detected } from '../domain/detection/detected';
import { together } from '../domain/detection/detected';
import { judgeCalibration } from '../domain/detection/judge-calibration';
import { judgeLatency } from '../domain/detection/judge-latency';
import { judgeQuality, type QualityMeasure } from '../domain/detection/judge-quality';
import { judgeShare } from '../domain/detection/judge-share';
import { judgeVolume } from '../domain/detection/judge-volume';
import { BUCKET_MS, HISTORY_MS, MetricHistory } from '../domain/detection/metric-history';
import type { Metric } from '../domain/metrics/metric';
import { findMetric } from '../domain/metrics/metric-catalogue';
import { valueOfSteps } from '../domain/metrics/value-of-steps';
import type { Series, SeriesLabels, SeriesReader } from '../ports';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What users do later changes what is known of the hours before. */
const OFTEN_MS = 2 * HOUR_MS;
const SELDOM_MS = 26 * HOUR_MS;

/** A detector: looks at the series of a moment. */
export interface Detector {
  readonly name: string;
  detect(now: Date, options: { readonly signal: AbortSignal }): Promise<Detected>;
}

const ALL = {};
const MODELS = { model: '*', version: '*' };
const MODEL_SURFACES = { ...MODELS, surface: '*' };
const MODEL_SEGMENTS = { ...MODELS, segment: '*' };
const SURFACES = { surface: '*' };

const felt = (measure: string): QualityMeasure => {
  const { leastCount, moreIsBetter = true } = findMetric(measure)!;
  return { kind: 'concept_drift', measure, higherIsBetter: moreIsBetter, isFelt: true, leastCount };
};
const notFelt = (measure: string): QualityMeasure => ({ ...felt(measure), isFelt: false });

/** Detectors that compare the last minutes or hours of a metric with its last seven days. */
export function makeSeriesDetectors(series: SeriesReader): readonly Detector[] {
  const quality = (measure: QualityMeasure, ...cuts: readonly SeriesLabels[]): readonly Detector[] =>
    cuts.map((labels) => one(series, measure.measure, labels, (history, now) => judgeQuality(history, measure, now)));
  const everywhere = [ALL, MODELS, MODEL_SURFACES, MODEL_SEGMENTS];
  return [
    ...quality(felt('click_rate'), ...everywhere),
    ...quality(felt('engagement_rate'), ...everywhere),
    ...quality(felt('ndcg@10'), ALL, MODELS),
    ...quality(notFelt('mrr'), ALL, MODELS),
    ...quality(felt('hide_rate'), ALL, MODELS),
    ...quality(notFelt('accuracy'), MODELS),
    ...quality(notFelt('log_loss'), MODELS),
    ...[ALL, MODELS, SURFACES].map((labels) =>
      one(series, 'slates', labels, (history, now) => judgeVolume(history, 'slates', now)),
    ),
    one(series, 'requests', MODELS, (history, now) => judgeVolume(history, 'requests', now)),
    ...[ALL, SURFACES].map((labels) => latency(series, 'recommend_latency_p99_ms', labels)),
    latency(series, 'predict_latency_p99_ms', ALL),
    share(series, 'fallback_share', true),
    share(series, 'degraded_share', false),
    calibration(series),
  ];
}

function latency(series: SeriesReader, metric: string, labels: SeriesLabels): Detector {
  return one(series, metric, labels, (history, now) => judgeLatency(history, metric, now));
}

function share(series: SeriesReader, name: string, isFelt: boolean): Detector {
  return one(series, name, ALL, (history, now) => judgeShare(history, { name, isFelt }, now));
}

function one(
  series: SeriesReader,
  metric: string,
  labels: SeriesLabels,
  judge: (history: MetricHistory, now: Date) => Detected,
): Detector {
  const loaded = loadedHistory(series, metric, labels);
  return { name: metric, detect: async (now, { signal }) => judge(await loaded(now, signal), now) };
}

function calibration(series: SeriesReader): Detector {
  const [predicted, observed] = ['predicted_rate', 'observed_rate'].map((metric) =>
    loadedHistory(series, metric, MODELS),
  );
  return {
    name: 'calibration',
    detect: async (now, { signal }) => {
      const histories = { predicted: await predicted!(now, signal), observed: await observed!(now, signal) };
      return together([judgeCalibration(histories, now)]);
    },
  };
}

/**
 * Keeps the history of a metric up to date: all of it at first, a day at a time so that little is held at once, then the last two hours,
 * and once an hour the last day.
 */
function loadedHistory(series: SeriesReader, name: string, labels: SeriesLabels) {
  const metric = findMetric(name)!;
  const history = new MetricHistory(metric.value.kind === 'sum');
  let loadedUntil = Number.NEGATIVE_INFINITY;
  let dayLoadedAt = Number.NEGATIVE_INFINITY;
  return async (now: Date, signal: AbortSignal): Promise<MetricHistory> => {
    const nowMs = now.getTime();
    const isDayDue = nowMs - dayLoadedAt >= HOUR_MS;
    const backMs = isDayDue ? SELDOM_MS : OFTEN_MS;
    const oldest = nowMs - HISTORY_MS - HOUR_MS;
    const from = Math.floor(Math.max(oldest, Math.min(loadedUntil, nowMs) - backMs) / BUCKET_MS) * BUCKET_MS;
    for (let at = from; at < nowMs; at += DAY_MS) {
      signal.throwIfAborted();
      const stretch = { from: new Date(at), to: new Date(Math.min(at + DAY_MS, nowMs)) };
      put(history, metric, await series.read({ metric: name, labels, ...stretch }));
    }
    loadedUntil = nowMs;
    if (isDayDue) dayLoadedAt = nowMs;
    return history;
  };
}

/** Versions of a model are one series: what users get is judged, whichever version it comes from. */
function put(history: MetricHistory, metric: Metric, found: readonly Series[]): void {
  for (const own of Map.groupBy(found, ({ labels }) => JSON.stringify(withoutVersion(labels))).values()) {
    const steps = own.flatMap((one) => one.steps);
    const buckets = Map.groupBy(steps, ({ at }) => Math.floor(at.getTime() / BUCKET_MS));
    for (const [bucket, inBucket] of [...buckets].sort(([a], [b]) => a - b)) {
      const { count, value } = valueOfSteps(metric, inBucket);
      history.put(withoutVersion(own[0]!.labels), new Date(bucket * BUCKET_MS), { count, value: value ?? 0 });
    }
  }
}

function withoutVersion({ version: _, ...labels }: SeriesLabels): SeriesLabels {
  return labels;
}
