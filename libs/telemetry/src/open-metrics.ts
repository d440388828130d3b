import { hrTimeToMilliseconds } from '@opentelemetry/core';
import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Exemplar } from './exemplars';

/** The content type of what `openMetricsOf` writes. */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Looks up what was kept for a series, by bucket. */
export type ExemplarsOf = (
  metric: string,
  labels: Readonly<Record<string, unknown>>,
) => readonly (Exemplar | undefined)[];

type Labels = Readonly<Record<string, unknown>>;

/** Metrics as OpenMetrics text (1.0), the form in which Prometheus reads exemplars: metric names as in Prometheus's own text. */
export function openMetricsOf({ resource, scopeMetrics }: ResourceMetrics, exemplarsOf: ExemplarsOf): string {
  const families = new Map<string, string[]>();
  families.set('target', ['# TYPE target info', `target_info${braces(resource.attributes)} 1`]);
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const name = nameOf(metric);
      const lines = families.get(name) ?? headerOf(name, metric);
      families.set(name, lines);
      lines.push(...samplesOf(name, metric, { otel_scope_name: scope.name }, exemplarsOf));
    }
  }
  return `${[...families.values()].flat().join('\n')}\n# EOF\n`;
}

/** A metric's name in Prometheus, without the endings of its samples (`_total`, `_bucket`). */
function nameOf({ descriptor }: MetricData): string {
  return sanitized(descriptor.name).replace(/_total$/, '');
}

function headerOf(name: string, metric: MetricData): string[] {
  const help = metric.descriptor.description.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  // The unit is left out: OpenMetrics wants it at the end of the name, where our names do not have it.
  return [`# TYPE ${name} ${typeOf(metric)}`, `# HELP ${name} ${help}`];
}

function typeOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}

function samplesOf(name: string, metric: MetricData, scope: Labels, exemplarsOf: ExemplarsOf): string[] {
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return metric.dataPoints.flatMap((point) =>
      histogramOf(name, point, scope, exemplarsOf(metric.descriptor.name, point.attributes)),
    );
  }
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return [];
  const sample = typeOf(metric) === 'counter' ? `${name}_total` : name;
  return metric.dataPoints.map(({ attributes, value }) => `${sample}${braces(attributes, scope)} ${numberOf(value)}`);
}

function histogramOf(
  name: string,
  { attributes, value, endTime }: DataPoint<Histogram>,
  scope: Labels,
  kept: readonly (Exemplar | undefined)[],
): string[] {
  const { boundaries, counts } = value.buckets;
  let below = 0;
  const buckets = counts.map((count, bucket) => {
    below += count;
    const le = bucket < boundaries.length ? String(boundaries[bucket]) : '+Inf';
    const labels = braces(attributes, scope, { le });
    return `${name}_bucket${labels} ${below}${exemplarOf(kept[bucket], hrTimeToMilliseconds(endTime))}`;
  });
  const labels = braces(attributes, scope);
  return [...buckets, `${name}_count${labels} ${value.count}`, `${name}_sum${labels} ${numberOf(value.sum ?? 0)}`];
}

// A measurement of after the reading belongs to the next one.
function exemplarOf(exemplar: Exemplar | undefined, readAtMs: number): string {
  if (exemplar === undefined || exemplar.atMs > readAtMs) return '';
  const { traceId, spanId, value, atMs } = exemplar;
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${value} ${atMs / 1_000}`;
}

function braces(...parts: readonly Labels[]): string {
  const pairs = parts.flatMap((labels) =>
    Object.entries(labels).map(([name, value]) => `${sanitized(name)}="${escaped(value)}"`),
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function sanitized(name: string): string {
  return name.replaceAll(/[^a-z0-9_]/gi, '_').replaceAll(/_{2,}/g, '_');
}

function escaped(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function numberOf(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
