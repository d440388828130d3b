import { findMetric } from './metric-catalogue';

/** The labels of the series that a question with these labels is about; undefined where the metric is not kept by them together. */
export function cutFor(metric: string, names: readonly string[]): readonly string[] | undefined {
  return findMetric(metric)?.cuts.find((cut) => names.every((name) => cut.includes(name)));
}
