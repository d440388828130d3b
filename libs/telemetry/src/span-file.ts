import { appendFileSync } from 'node:fs';
import { SpanKind } from '@opentelemetry/api';
import { ExportResultCode, hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** One line of a span file. */
export interface SpanLine {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Absent on the root of a trace. */
  readonly parentSpanId?: string;
  readonly service: string;
  readonly kind: string;
  /** Milliseconds since 1970, with their fractions. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Appends a line per finished span to a file that several processes may share: for whoever looks at whole traces without a
 * collector.
 *
 * @public loaded on demand
 */
export class SpanFileExporter implements SpanExporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  export(spans: ReadableSpan[], done: (result: { code: ExportResultCode; error?: Error }) => void): void {
    try {
      // One write per batch, in append mode: lines of different processes do not mix.
      appendFileSync(this.#file, spans.map((span) => `${JSON.stringify(lineOf(span))}\n`).join(''));
      done({ code: ExportResultCode.SUCCESS });
    } catch (error) {
      done({ code: ExportResultCode.FAILED, error: error as Error });
    }
  }

  async shutdown(): Promise<void> {}
}

function lineOf(span: ReadableSpan): SpanLine {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    service: String(span.resource.attributes['service.name'] ?? ''),
    kind: SpanKind[span.kind].toLowerCase(),
    startedAtMs: hrTimeToMilliseconds(span.startTime),
    durationMs: hrTimeToMilliseconds(span.duration),
    attributes: span.attributes,
  };
}
