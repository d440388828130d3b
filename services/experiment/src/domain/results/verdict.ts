import type { MetricResult } from './results';

/** What the always-valid interval says of a variant, by which direction of the metric is better. */
export function verdictOf({ metric, outcome }: MetricResult): 'better' | 'worse' | 'undecided' {
  if (outcome.status !== 'compared') return 'undecided';
  const { low, high } = outcome.sequential;
  if (low <= 0 && high >= 0) return 'undecided';
  return low > 0 === metric.higherIsBetter ? 'better' : 'worse';
}
