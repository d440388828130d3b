import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TelemetrySettings } from './telemetry-settings';

/**
 * Starts tracing. Trace ids run through calls, events and logs in every case; spans are recorded only where somebody
 * reads them.
 */
export function startTracing(settings: TelemetrySettings, resource: Resource): TracerProvider {
  const spanProcessors = processorsOf(settings);
  const root =
    spanProcessors.length === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(settings.sampledShare);
  const provider = new TracerProvider({ resource, spanProcessors, sampler: new ParentBasedSampler({ root }) });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return provider;
}

// Each exporter is loaded only where it is used: most processes need none.
function processorsOf({ sendsToCollector, traceFile, privacySecret }: TelemetrySettings): SpanProcessor[] {
  if (!sendsToCollector && traceFile === undefined) return [];
  const { PseudonymProcessor } = require('./pseudonym-processor') as typeof import('./pseudonym-processor');
  const processors: SpanProcessor[] = [new PseudonymProcessor(makeUserKeys(privacySecret ?? DEVELOPMENT_SECRET))];
  if (sendsToCollector) {
    const { OTLPTraceExporter } =
      require('@opentelemetry/exporter-trace-otlp-proto') as typeof import('@opentelemetry/exporter-trace-otlp-proto');
    processors.push(new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }));
  }
  if (traceFile !== undefined) {
    const { SpanFileExporter } = require('./span-file') as typeof import('./span-file');
    processors.push(new SimpleSpanProcessor({ exporter: new SpanFileExporter(traceFile) }));
  }
  return processors;
}
