import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { DeliveredRecord } from './port';
import { activeTraceHeaders, untraced, withConsumerSpan, withTrace } from './tracing';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});

beforeEach(() => exporter.reset());

function aRecord(headers: Readonly<Record<string, string>> = {}): DeliveredRecord {
  const value = new Uint8Array();
  return { topic: 't', partition: 0, position: '1', key: 'k', value, headers, appendedAt: new Date(0) };
}

/** The headers of a record that was appended inside a span of its own trace. */
function appendedInTrace(): Readonly<Record<string, string>> {
  const span = trace.getTracer('test').startSpan('append', { root: true });
  return context.with(trace.setSpan(ROOT_CONTEXT, span), () => activeTraceHeaders()!);
}

const traceIdOf = (headers: Readonly<Record<string, string>>) => headers.traceparent!.split('-')[1];

describe('traces through the event log', () => {
  it('continue in the handler when the batch has one trace', async () => {
    const headers = appendedInTrace();
    const seen = await withConsumerSpan([aRecord(headers), aRecord(headers)], 'g', async () =>
      trace.getActiveSpan()!.spanContext(),
    );
    expect(seen.traceId).toBe(traceIdOf(headers));
  });

  it('are linked when the batch has several', async () => {
    const [one, two] = [appendedInTrace(), appendedInTrace()];
    await withConsumerSpan([aRecord(one), aRecord(two), aRecord()], 'g', async () => undefined);
    const [span] = exporter.getFinishedSpans();
    expect(span!.links.map((link) => link.context.traceId)).toEqual([traceIdOf(one), traceIdOf(two)]);
    expect([traceIdOf(one), traceIdOf(two)]).not.toContain(span!.spanContext().traceId);
  });

  it('are not overwritten when a record brings its own', () => {
    const [own, active] = [appendedInTrace(), appendedInTrace()];
    const record = { key: 'k', value: new Uint8Array(), headers: { ...own, other: 'kept' } };
    expect(withTrace(record, active)).toEqual({ ...own, other: 'kept' });
  });

  it('are left by the machinery, which records no spans', () => {
    untraced(() => trace.getTracer('test').startSpan('read').end());
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
