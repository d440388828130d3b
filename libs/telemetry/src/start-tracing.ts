import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { context, type MeterProvider, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import {
  AlwaysOffSampler,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TelemetrySettings } from './telemetry-settings';

/**
 * Starts tracing. Trace ids run through calls, events and logs in every case; spans are recorded only where somebody
 * reads them. What becomes of them is counted in the metrics, where those are read.
 */
export function startTracing(
  settings: TelemetrySettings,
  resource: Resource,
  metrics: MeterProvider | undefined,
): TracerProvider {
  const spanProcessors = processorsOf(settings, metrics);
  const root =
    spanProcessors.length === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(settings.sampledShare);
  const provider = new TracerProvider({ resource, spanProcessors, sampler: new ParentBasedSampler({ root }) });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return provider;
}

// Each exporter is loaded only where it is used: most processes need none.
function processorsOf(
  { sendsSpans, spansDelayMs, traceFile, privacySecret }: TelemetrySettings,
  metrics: MeterProvider | undefined,
): SpanProcessor[] {
  if (!sendsSpans && traceFile === undefined) return [];
  const { PseudonymProcessor } = require('./pseudonym-processor') as typeof import('./pseudonym-processor');
  const processors: SpanProcessor[] = [new PseudonymProcessor(makeUserKeys(privacySecret ?? DEVELOPMENT_SECRET))];
  if (sendsSpans) {
    const { spansToCollector } = require('./to-collector') as typeof import('./to-collector');
    processors.push(spansToCollector(metrics, spansDelayMs));
  }
  if (traceFile !== undefined) {
    const { SpanFileExporter } = require('./span-file') as typeof import('./span-file');
    processors.push(new SimpleSpanProcessor({ exporter: new SpanFileExporter(traceFile) }));
  }
  return processors;
}
