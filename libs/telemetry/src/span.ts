import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

/** What `withSpan` may be told besides name and attributes. */
export interface SpanOptions {
  /** The role in a call; an inner step when not given. */
  readonly kind?: SpanKind;
}

export { SpanKind };

/**
 * Runs a step within a span of its own: children attach to it, a failure marks it, and its end is never forgotten. In a trace that is
 * not recorded the step runs in the span around it.
 */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  run: (span: Span) => Promise<T>,
  { kind = SpanKind.INTERNAL }: SpanOptions = {},
): Promise<T> {
  const around = trace.getActiveSpan();
  // Children of a trace that is not sampled are not either: a slate has thirty steps, and a span that says nothing costs microseconds.
  if (around !== undefined && isUnrecorded(around)) return runIn(around, run);
  return trace.getTracer('attune').startActiveSpan(name, { attributes, kind }, async (span) => {
    try {
      return await run(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

// A step that throws before it waits rejects, as it does in a span of its own.
async function runIn<T>(span: Span, run: (span: Span) => Promise<T>): Promise<T> {
  return run(span);
}

function isUnrecorded(span: Span): boolean {
  return !span.isRecording() && (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0;
}

/**
 * Runs a bulk of small commands without a span for each: thousands of spans would cost more than the commands and tell nothing
 * that the span around the bulk does not.
 */
export function withoutSpans<T>(run: () => T): T {
  return context.with(ROOT_CONTEXT, run);
}

// The message of a failure can hold what a person wrote, so a span gets the code and the exception's type only.
function markFailed(span: Span, error: unknown): void {
  const code = (error as { code?: unknown } | undefined)?.code;
  const type = error instanceof Error ? error.name : typeof error;
  span.setAttribute('error.type', typeof code === 'string' ? code : type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
