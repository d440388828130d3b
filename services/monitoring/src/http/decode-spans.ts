import { otlp } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { KeptSpan, SpanRole } from '../domain/traces/kept-span';

/** The encodings of OTLP over HTTP. */
export type OtlpEncoding = 'protobuf' | 'json';

/** The spans of a request, and how many of them are none. */
export interface DecodedSpans {
  readonly spans: readonly KeptSpan[];
  readonly malformed: number;
}

/** Reads the spans of an OTLP request. Throws `invalid.otlp` where it is none. */
export function decodeSpans(body: Buffer, encoding: OtlpEncoding): DecodedSpans {
  const request = requestOf(body, encoding);
  const spans: KeptSpan[] = [];
  let malformed = 0;
  for (const { resource, scopeSpans } of request.resourceSpans) {
    const service = attributesOf(resource?.attributes ?? [])['service.name'] ?? '';
    for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
      const kept = spanOf(span, service);
      if (kept === undefined) malformed += 1;
      else spans.push(kept);
    }
  }
  return { spans, malformed };
}

function requestOf(body: Buffer, encoding: OtlpEncoding): otlp.ExportTraceServiceRequest {
  try {
    if (encoding === 'protobuf') return otlp.ExportTraceServiceRequest.decode(body);
    return otlp.ExportTraceServiceRequest.fromJSON(JSON.parse(body.toString('utf8'), idsAsBase64));
  } catch (cause) {
    const name = encoding === 'json' ? 'JSON' : 'protobuf';
    throw new AppError('invalid.otlp', `the body is no ExportTraceServiceRequest in ${name}`, { cause });
  }
}

// OTLP writes ids in hexadecimal digits where JSON of protobuf has base64
function idsAsBase64(key: string, value: unknown): unknown {
  if (key !== 'traceId' && key !== 'spanId' && key !== 'parentSpanId') return value;
  if (typeof value !== 'string') throw new TypeError(`${key} is no text`);
  return Buffer.from(/^([0-9a-f]{2})*$/i.test(value) ? value : '', 'hex').toString('base64');
}

const ROLES: Readonly<Record<number, SpanRole>> = {
  [otlp.Span_SpanKind.SERVER]: 'server',
  [otlp.Span_SpanKind.CLIENT]: 'client',
  [otlp.Span_SpanKind.PRODUCER]: 'producer',
  [otlp.Span_SpanKind.CONSUMER]: 'consumer',
};
const NANOS_PER_MS = 1_000_000n;

function spanOf(span: otlp.Span, service: string): KeptSpan | undefined {
  const { traceId, spanId, parentSpanId, startTimeUnixNano: start, endTimeUnixNano: end } = span;
  if (!isId(traceId, 16) || !isId(spanId, 8) || start <= 0n || end < start) return undefined;
  return {
    traceId: hex(traceId),
    spanId: hex(spanId),
    ...(isId(parentSpanId, 8) && { parentSpanId: hex(parentSpanId) }),
    name: span.name,
    service,
    kind: ROLES[span.kind] ?? 'internal',
    startedAtMs: millis(start),
    durationMs: millis(end - start),
    attributes: attributesOf(span.attributes),
    hasFailed: span.status?.code === otlp.Status_StatusCode.ERROR,
  };
}

function isId(bytes: Uint8Array, length: number): boolean {
  return bytes.length === length && bytes.some((byte) => byte !== 0);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function millis(nanos: bigint): number {
  return Number(nanos / NANOS_PER_MS) + Number(nanos % NANOS_PER_MS) / 1e6;
}

function attributesOf(attributes: readonly otlp.KeyValue[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, textOf(value)]));
}

function textOf(any: otlp.AnyValue | undefined): string {
  const value = any?.value;
  if (value === undefined) return '';
  return value.$case === 'arrayValue' ? value.value.values.map(textOf).join(', ') : String(value.value);
}
