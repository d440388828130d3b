import type { Metric, MetricFamily, QuantileField } from './metric';

const FIELDS: Readonly<Record<QuantileField, Pick<Metric, 'description' | 'higherIsBetter'>>> = {
  latency_ms: { description: 'milliseconds that slates took in serving', higherIsBetter: false },
  view_seconds: { description: 'seconds that units looked at items', higherIsBetter: true },
};
const NAME = /^p(\d{1,2}(?:\.\d{1,2})?):(\w+)$/;

/** Quantiles of values that come once per slate or event, clustered by unit. */
export const QUANTILES: MetricFamily = {
  pattern: `p<percent>:<field>, the fields being ${Object.keys(FIELDS).join(' and ')}`,
  metrics: ['p50:latency_ms', 'p95:latency_ms', 'p99:latency_ms', 'p50:view_seconds', 'p95:view_seconds'].map(
    (name) => quantileOf(name)!,
  ),
  find: quantileOf,
};

function quantileOf(name: string): Metric | undefined {
  const [, percent, field] = NAME.exec(name) ?? [];
  if (percent === undefined || !Object.hasOwn(FIELDS, field!) || !(Number(percent) > 0)) return undefined;
  const of = field as QuantileField;
  return {
    name,
    kind: 'quantile',
    description: `The ${percent} % quantile of ${FIELDS[of].description}.`,
    higherIsBetter: FIELDS[of].higherIsBetter,
    of,
    probability: Number(percent) / 100,
  };
}
