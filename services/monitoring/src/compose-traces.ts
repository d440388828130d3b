import { readFileSync } from 'node:fs';
import { AppError } from '@attune/errors';
import { isLoopback } from '@attune/grpc';
import { keepDoing } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import { flushTelemetry, withoutSpans, writable } from '@attune/telemetry';
import type { MonitoringConfig } from './config';
import type { Hide } from './domain/traces/bounded-span';
import { makeTraceHandler } from './grpc/trace-handler';
import { makeAnswerExporter } from './http/answer-exporter';
import { type OtlpServerOptions, startOtlpServer } from './http/otlp-server';
import type { ComposedPart, MonitoringParts } from './monitoring-part';
import { PostgresSpanStore } from './storage/postgres-span-store';
import { endOfOldSpans } from './use-cases/end-of-old-spans';
import { makeGetTrace } from './use-cases/get-trace';
import { makeTakeInSpans } from './use-cases/take-in-spans';

const MEBIBYTE = 1_048_576;
const HOUR_MS = 3_600_000;
const TURN_MS = 10_000;
const MAX_BODY_BYTES = 4 * MEBIBYTE;
// spans must not take the connections of everything else
const WRITES_AT_ONCE = 2;
const MAX_REQUESTS = 8;
const LEAST_TOKEN_CHARS = 16;
const USER_KEY = /^[A-Za-z0-9_-]{22}$/;

/** Traces: spans that come in by OTLP, kept for a day, and read by `GetTrace`. */
export async function composeTraces({ config, platform, stack }: MonitoringParts): Promise<ComposedPart> {
  const { database, clock, logger, privacy } = platform;
  const spans = new PostgresSpanStore(database);
  const { monitoringOtlpPort: port, monitoringTraceHours: keptHours } = config;
  const getTrace = makeGetTrace({ spans, isReceiving: port !== undefined, keptHours });
  const limits = { maxBytes: config.monitoringTraceMaxMb * MEBIBYTE, keptMs: keptHours * HOUR_MS };
  const upkeep = await stack.open('end of old spans', () =>
    keepDoing({
      everyMs: TURN_MS,
      work: () => inOneReplica(database, 'spans', () => endOfOldSpans({ segments: spans, limits, clock })),
      onFailure: (err) => logger.warn({ err }, 'old spans could not be taken out; it is tried again'),
    }),
  );
  await upkeep.first;
  if (port !== undefined) {
    const hide: Hide = (name, value) =>
      // what our own exporters sent is hashed already
      USER_KEY.test(value) ? value : String(writable(name, value, privacy.userKeyOf));
    const answer = makeAnswerExporter({
      takeIn: makeTakeInSpans({ spans, hide, atOnce: WRITES_AT_ONCE }),
      maxRequests: MAX_REQUESTS,
      maxBytes: MAX_BODY_BYTES,
      onFailure: (err) => logger.warn({ err }, 'spans could not be kept; their sender tries again'),
    });
    // spans about spans would beget spans for ever
    const unseen: typeof answer = (request, isKnown) => withoutSpans(() => answer(request, isKnown));
    await stack.open('receiver of spans', () => startOtlpServer({ port, ...protectionOf(config), answer: unseen }));
    // they may be on their way to this very receiver
    stack.defer('own spans', () => flushTelemetry());
  }
  return { handlers: makeTraceHandler({ getTrace }), subscriptions: [] };
}

/** Where it listens, with what beyond loopback must be there. */
function protectionOf(config: MonitoringConfig): Pick<OtlpServerOptions, 'host' | 'token' | 'tls'> {
  const { monitoringOtlpHost: host, monitoringOtlpTokenFile: tokenFile, tlsCertFile, tlsKeyFile } = config;
  const token = tokenFile === undefined ? undefined : tokenOf(tokenFile);
  if (isLoopback(host)) return { host, token };
  const needed = {
    ATTUNE_TLS_CERT_FILE: tlsCertFile,
    ATTUNE_TLS_KEY_FILE: tlsKeyFile,
    ATTUNE_MONITORING_OTLP_TOKEN_FILE: tokenFile,
  };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) {
    throw new AppError(
      'invalid.settings',
      `ATTUNE_MONITORING_OTLP_HOST is ${host}: beyond loopback spans are received with TLS and a token only; set ${missing.join(', ')}`,
    );
  }
  return { host, token, tls: { cert: readFileSync(tlsCertFile!), key: readFileSync(tlsKeyFile!) } };
}

function tokenOf(file: string): string {
  const token = readFileSync(file, 'utf8').trim();
  if (token.length >= LEAST_TOKEN_CHARS) return token;
  const rule = `must hold a token of at least ${LEAST_TOKEN_CHARS} characters`;
  throw new AppError('invalid.settings', `ATTUNE_MONITORING_OTLP_TOKEN_FILE ${rule}`);
}
