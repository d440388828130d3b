import type { MeterProvider } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type IMetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { impatientAgent } from './impatient-agent';

// What a collector that is away, frozen or out of its mind may cost: so many spans in memory, so many requests, so much time.
const MAX_WAITING_SPANS = 2_048;
const SPANS_PER_EXPORT = 512;
const MAX_EXPORTS_AT_ONCE = 4;
const EXPORT_TIMEOUT_MS = 5_000;

const limits = (selfObsMeterProvider: MeterProvider | undefined) => ({
  timeoutMillis: EXPORT_TIMEOUT_MS,
  concurrencyLimit: MAX_EXPORTS_AT_ONCE,
  httpAgentOptions: (protocol: string) => impatientAgent(protocol, EXPORT_TIMEOUT_MS),
  ...(selfObsMeterProvider === undefined ? {} : { selfObsMeterProvider }),
});

/**
 * Sends spans to the collector of OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT. A collector that does not take them costs spans and never a
 * request: beyond what may wait they are dropped, counted by `otel.sdk.processor.span.processed`.
 *
 * @public loaded on demand
 */
export function spansToCollector(metrics: MeterProvider | undefined, delayMs: number): SpanProcessor {
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(limits(metrics)),
    maxQueueSize: MAX_WAITING_SPANS,
    maxExportBatchSize: SPANS_PER_EXPORT,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS * 2,
    ...(metrics === undefined ? {} : { selfObsMeterProvider: metrics }),
  });
}

/**
 * Sends metrics to the collector, every `intervalMs`; a reading that could not be sent is not kept, the next one holds all sums.
 *
 * @public loaded on demand
 */
export function metricsToCollector(intervalMs: number): IMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(limits(undefined)),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(EXPORT_TIMEOUT_MS, intervalMs),
  });
}
