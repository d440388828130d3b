import { FEATURE_METRICS } from './feature-metrics';
import type { Metric, StepWidth } from './metric';
import { MODEL_METRICS } from './model-metrics';
import { SLATE_OPERATION, SLATE_QUALITY } from './slate-metrics';
import { VARIETY_METRICS } from './variety-metrics';

/** Everything that is measured, in the order of names. */
export const METRICS: readonly Metric[] = [
  ...[SLATE_QUALITY, SLATE_OPERATION, MODEL_METRICS, FEATURE_METRICS, VARIETY_METRICS].flat(),
].sort((a, b) => (a.name < b.name ? -1 : 1));

const BY_NAME: ReadonlyMap<string, Metric> = new Map(METRICS.map((metric) => [metric.name, metric]));

/** The metric of a name; undefined where there is none. */
export function findMetric(name: string): Metric | undefined {
  return BY_NAME.get(name);
}

/** The series that a metric is made of; undefined where there is no such metric. */
export function seriesOfMetric(name: string): string | undefined {
  return findMetric(name)?.series;
}

/** Every series whose steps are so wide. */
export function seriesOfWidth(width: StepWidth): readonly string[] {
  return [...new Set(METRICS.filter((metric) => metric.width === width).map(({ series }) => series))];
}

const CUTS: ReadonlyMap<string, Metric['cuts']> = new Map(METRICS.map(({ series, cuts }) => [series, cuts]));

/** The sets of labels that a series is kept by: those of all metrics that are made of it are the same. */
export function cutsOfSeries(series: string): Metric['cuts'] {
  return CUTS.get(series)!;
}
