import { AppError } from '@attune/errors';
import type { Metric, MetricFamily } from './metric';
import { ACTIVE_USERS, COUNTS_PER_USER, SLATES_PER_USER, SUMS_PER_USER } from './per-unit-metrics';
import { QUANTILES } from './quantile-metrics';
import { RETENTION } from './retention-metrics';
import { COUNTS_PER_IMPRESSION, COUNTS_PER_SLATE, MEAN_VALUES, SLATE_HEALTH, SLATE_RATES } from './slate-metrics';

const FAMILIES: readonly MetricFamily[] = [
  ...[SLATE_RATES, COUNTS_PER_SLATE, COUNTS_PER_IMPRESSION, MEAN_VALUES, SLATE_HEALTH],
  ...[COUNTS_PER_USER, SUMS_PER_USER, SLATES_PER_USER, ACTIVE_USERS],
  ...[QUANTILES, RETENTION],
];

/** Every metric that has a name of its own, in the order of their names. The families have more: see `METRIC_PATTERNS`. */
export const METRICS: readonly Metric[] = FAMILIES.flatMap(({ metrics }) => metrics).sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

/** How the names of families look. */
export const METRIC_PATTERNS: readonly string[] = FAMILIES.map(({ pattern }) => pattern).filter((one) =>
  one.includes('<'),
);

/** The metric of a name; undefined where there is none. */
export function findMetric(name: string): Metric | undefined {
  for (const family of FAMILIES) {
    const found = family.find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The metric of a name that was checked before. Throws `invalid.metric`. */
export function metricNamed(name: string): Metric {
  const found = findMetric(name);
  if (found === undefined) throw new AppError('invalid.metric', `metric "${name}" ${unknownMetric()}`);
  return found;
}

/** The metrics that are named where one does not exist: an error's sentence has no room for all of them. */
const USUAL = 'click_rate, like_rate, hide_rate, clicks_per_user, slates_per_user, p95:latency_ms, retention_7d';

/** What is wrong with a name that no metric has, as the end of a sentence. */
export function unknownMetric(): string {
  const prefixes = METRIC_PATTERNS.filter((one) => one.endsWith(':<interaction type>')).map((one) => one.split(':')[0]);
  const families = `<${prefixes.join('|')}>:<interaction type>`;
  return `is no metric: ListMetrics names all, for instance ${USUAL}; further there are ${families}`;
}
