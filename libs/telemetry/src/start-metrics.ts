import { metrics } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { AggregationType, type IMetricReader, MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { safeLabels } from './identifying';
import { observeRuntime } from './runtime-metrics';
import type { TelemetrySettings } from './telemetry-settings';

/** The most series of one metric in one process; what comes beyond them is summed up under `otel_metric_overflow`. */
const MAX_SERIES_OF_A_METRIC = 1_000;

const VIEWS: ViewOptions[] = [
  // Takes attributes that name a person, or one thing among very many, away from every metric, whoever records it.
  {
    instrumentName: '*',
    attributesProcessors: [{ process: safeLabels }],
    aggregationCardinalityLimit: MAX_SERIES_OF_A_METRIC,
  },
  // The event log counts its messages itself, the same with Kafka and without.
  { meterName: '@opentelemetry/instrumentation-kafkajs', aggregation: { type: AggregationType.DROP } },
];

/**
 * Starts metrics where somebody reads them: a Prometheus endpoint, a collector, or both.
 *
 * @public loaded on demand
 */
export function startMetrics(settings: TelemetrySettings, resource: Resource): MeterProvider {
  const provider = new MeterProvider({ resource, readers: readersOf(settings), views: VIEWS });
  metrics.setGlobalMeterProvider(provider);
  observeRuntime(provider.getMeter('attune.runtime'));
  return provider;
}

// Each exporter is loaded only where it is used.
function readersOf({ metrics: endpoint, sendsToCollector, metricsIntervalMs }: TelemetrySettings): IMetricReader[] {
  const readers: IMetricReader[] = [];
  if (endpoint !== undefined) {
    const { MetricsEndpoint } = require('./metrics-endpoint') as typeof import('./metrics-endpoint');
    readers.push(new MetricsEndpoint(endpoint, reportEndpoint));
  }
  if (sendsToCollector) {
    const { metricsToCollector } = require('./to-collector') as typeof import('./to-collector');
    readers.push(metricsToCollector(metricsIntervalMs));
  }
  return readers;
}

// A port that is taken costs the metrics, not the service.
function reportEndpoint(error: Error): void {
  process.stderr.write(`metrics cannot be read: ${error.message}\n`);
}
