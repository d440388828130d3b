import type { IncomingMessage } from 'node:http';
import { AppError, isAppError } from '@attune/errors';
import { type OtlpOutcome, otlpAnswered, spansCameIn } from '../trace-telemetry';
import type { TakeInSpans } from '../use-cases/take-in-spans';
import { decodeSpans } from './decode-spans';
import { encodingOf, failed, type OtlpAnswer, taken } from './otlp-answer';
import { readBody } from './read-body';

const PATH = '/v1/traces';
/** Where exporters of OpenTelemetry send what is no span. */
const OTHERS = new Set(['/v1/metrics', '/v1/logs', '/v1development/profiles']);
const BUSY_RETRY_MS = 1_000;
const FAILED_RETRY_MS = 5_000;

/** What the answers rest on. */
export interface ExporterUse {
  readonly takeIn: TakeInSpans;
  /** Requests that are read, decoded and written at once; one more is refused before its body is read. */
  readonly maxRequests: number;
  readonly maxBytes: number;
  /** Told of spans that could not be kept. */
  readonly onFailure: (error: unknown) => void;
}

type Ended = readonly [OtlpOutcome, OtlpAnswer];

/** Answers the exporters of OpenTelemetry (OTLP 1 over HTTP): it never throws, and says when to come again where that may help. */
export function makeAnswerExporter(
  use: ExporterUse,
): (request: IncomingMessage, isKnown: boolean) => Promise<OtlpAnswer> {
  let running = 0;
  return async (request, isKnown) => {
    const encoding = encodingOf(request.headers['content-type']);
    const refusal = refusalOf(request, isKnown) ?? (running >= use.maxRequests ? busy() : undefined);
    if (refusal !== undefined) return ended([refusal[0], failed(refusal[1], refusal[2], { encoding, ...refusal[3] })]);
    running += 1;
    try {
      return ended(await take(request, use));
    } finally {
      running -= 1;
    }
  };
}

function ended([outcome, answer]: Ended): OtlpAnswer {
  otlpAnswered(outcome);
  return answer;
}

type Refusal = readonly [OtlpOutcome, number, AppError, Readonly<Record<string, string>>?];

function refusalOf({ method, url, headers }: IncomingMessage, isKnown: boolean): Refusal | undefined {
  const path = url?.split('?')[0] ?? '';
  if (OTHERS.has(path)) {
    const advice = 'set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT alone, or name a collector in OTEL_EXPORTER_OTLP_ENDPOINT';
    return ['elsewhere', 501, new AppError('unimplemented.otlp', `only traces are received here: ${advice}`)];
  }
  if (path !== PATH) return ['elsewhere', 404, new AppError('not_found.path', `traces are received at ${PATH}`)];
  if (method !== 'POST') {
    return ['elsewhere', 405, new AppError('unimplemented.method', 'traces are sent with POST'), { allow: 'POST' }];
  }
  if (!isKnown) {
    const error = new AppError('unauthenticated.otlp', 'the token of ATTUNE_MONITORING_OTLP_TOKEN_FILE is needed');
    return ['unauthenticated', 401, error, { 'www-authenticate': 'Bearer' }];
  }
  const packing = headers['content-encoding'] ?? 'identity';
  if (encodingOf(headers['content-type']) === undefined || !['identity', 'gzip'].includes(packing)) {
    const known = 'application/x-protobuf or application/json, plain or packed with gzip';
    return ['garbage', 415, new AppError('invalid.otlp', `a body must be ${known}`)];
  }
  return undefined;
}

function busy(): Refusal {
  const error = new AppError('exhausted.otlp', 'too many requests at once: send this one again after Retry-After', {
    retryAfterMs: BUSY_RETRY_MS,
  });
  return ['busy', 429, error];
}

async function take(request: IncomingMessage, { takeIn, maxBytes, onFailure }: ExporterUse): Promise<Ended> {
  const encoding = encodingOf(request.headers['content-type'])!;
  try {
    const { spans, malformed } = decodeSpans(await readBody(request, maxBytes), encoding);
    await takeIn(spans);
    spansCameIn(spans.length, malformed);
    return ['taken', taken(encoding, malformed)];
  } catch (error) {
    if (isAppError(error, 'exhausted.body')) return ['too_large', failed(413, error, { encoding })];
    if (isAppError(error, 'invalid.otlp')) return ['garbage', failed(400, error, { encoding })];
    onFailure(error);
    const known = new AppError('unavailable.spans', 'the spans could not be kept: send them again after Retry-After', {
      cause: error,
      retryAfterMs: FAILED_RETRY_MS,
    });
    return ['not_kept', failed(503, known, { encoding })];
  }
}
