/** One finished span, as the monitoring service and `ATTUNE_TRACE_FILE` have it. */
export interface TracedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Absent on the root of a trace. */
  readonly parentSpanId?: string;
  readonly service: string;
  /** Milliseconds since 1970, with their fractions. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A file does not say so; there the kind of the error does. */
  readonly hasFailed?: boolean;
}

/** When a span ended. */
export function endOf({ startedAtMs, durationMs }: TracedSpan): number {
  return startedAtMs + durationMs;
}

/** Whether a span failed. */
export function hasFailed({ hasFailed: failed, attributes }: TracedSpan): boolean {
  return failed ?? attributes['error.type'] !== undefined;
}

/** What a span is called for people: its service, and what it did there. */
export function titleOf({ service, name, attributes }: TracedSpan): string {
  const store = attributes['db.system.name'] ?? attributes['db.system'];
  const short = name.replace(/^grpc\..*\//, '');
  return store === undefined ? `${service}: ${short}` : `${service}: ${String(store)} ${short}`;
}
