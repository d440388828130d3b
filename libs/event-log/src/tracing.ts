import {
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  type Link,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { DeliveredRecord, EventRecord } from './port';

const tracer = trace.getTracer('@attune/event-log');
/** A batch of thousands of traces links to the first few only: a span with more links costs more than it tells. */
const MAX_LINKS = 32;

// the key of @opentelemetry/core's suppressTracing, which is all of that package that the log needs
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * Runs the log's own machinery outside every trace. Reads, heartbeats and commits would otherwise belong for ever to the span that
 * happened to be active at `subscribe`, and an instrumented client would overwrite the trace headers of a batch of many callers.
 */
export function untraced<T>(fn: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true), fn);
}

/** The headers that carry the active trace to whoever handles the records; `undefined` when no trace is active. */
export function activeTraceHeaders(): Readonly<Record<string, string>> | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  for (const _ in carrier) return carrier;
  return undefined;
}

/** The record's own headers, and the trace's unless the record already carries one (a redriven dead letter does). */
export function withTrace(
  record: EventRecord,
  traceHeaders: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (traceHeaders === undefined || record.headers?.traceparent !== undefined) return record.headers;
  return record.headers === undefined ? traceHeaders : { ...record.headers, ...traceHeaders };
}

/**
 * Runs one delivery of a batch inside a consumer span: a child of the producer's span when the whole batch belongs to one trace,
 * else a new trace that links to the producers.
 */
export async function withConsumerSpan<T>(
  batch: readonly DeliveredRecord[],
  group: string,
  fn: () => Promise<T>,
): Promise<T> {
  const { parent, links } = producersOf(batch);
  const first = batch[0]!;
  const attributes = {
    'messaging.operation.type': 'process',
    'messaging.destination.name': first.topic,
    'messaging.destination.partition.id': String(first.partition),
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': batch.length,
  };
  const options = { kind: SpanKind.CONSUMER, attributes, links };
  return tracer.startActiveSpan(`process ${first.topic}`, options, parent, async (span) => {
    try {
      return await fn();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function producersOf(batch: readonly DeliveredRecord[]): { parent: Context; links: Link[] } {
  const producers = new Map<string, Context>();
  let last: string | undefined;
  for (const { headers } of batch) {
    const carried = headers.traceparent;
    if (carried === undefined || carried === last || producers.has(carried)) continue;
    last = carried;
    producers.set(carried, propagation.extract(ROOT_CONTEXT, headers));
    if (producers.size > MAX_LINKS) break;
  }
  const contexts = [...producers.values()];
  const spans = contexts.flatMap((each) => trace.getSpanContext(each) ?? []).filter(isSpanContextValid);
  const isOneTrace = spans.length > 0 && spans.every((span) => span.traceId === spans[0]!.traceId);
  if (isOneTrace) return { parent: contexts[0]!, links: [] };
  return { parent: ROOT_CONTEXT, links: spans.map((spanContext) => ({ context: spanContext })) };
}
