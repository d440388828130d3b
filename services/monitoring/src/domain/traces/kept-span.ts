/** What a span does in a call. */
export type SpanRole = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/** A finished span of a trace. */
export interface KeptSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Absent on the root of a trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly service: string;
  readonly kind: SpanRole;
  /** Milliseconds since 1970, with their fractions. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly hasFailed: boolean;
}
