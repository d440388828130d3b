import { metrics } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { safeLabels } from './identifying';
import { observeRuntime } from './runtime-metrics';
import type { TelemetrySettings } from './telemetry-settings';

const LOOPBACK = '127.0.0.1';

/** Takes attributes that name a person, or one thing among very many, away from every metric, whoever records it. */
const NO_IDS_IN_LABELS: ViewOptions = {
  instrumentName: '*',
  attributesProcessors: [{ process: safeLabels }],
};

/**
 * Starts metrics where somebody reads them: a Prometheus endpoint on loopback, a collector, or both.
 *
 * @public loaded on demand
 */
export function startMetrics(settings: TelemetrySettings, resource: Resource): MeterProvider {
  const provider = new MeterProvider({ resource, readers: readersOf(settings), views: [NO_IDS_IN_LABELS] });
  metrics.setGlobalMeterProvider(provider);
  observeRuntime(provider.getMeter('attune.runtime'));
  return provider;
}

// Each exporter is loaded only where it is used.
function readersOf({ metricsPort, sendsToCollector }: TelemetrySettings): IMetricReader[] {
  const readers: IMetricReader[] = [];
  if (metricsPort !== undefined) {
    const { PrometheusExporter } =
      require('@opentelemetry/exporter-prometheus') as typeof import('@opentelemetry/exporter-prometheus');
    readers.push(
      new PrometheusExporter({ host: LOOPBACK, port: metricsPort }, (error) => reportEndpoint(error ?? undefined)),
    );
  }
  if (sendsToCollector) {
    const { OTLPMetricExporter } =
      require('@opentelemetry/exporter-metrics-otlp-proto') as typeof import('@opentelemetry/exporter-metrics-otlp-proto');
    const { PeriodicExportingMetricReader } =
      require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
    readers.push(new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() }));
  }
  return readers;
}

// A port that is taken costs the metrics, not the service.
function reportEndpoint(error?: Error): void {
  if (error) process.stderr.write(`metrics cannot be read: ${error.message}\n`);
}
