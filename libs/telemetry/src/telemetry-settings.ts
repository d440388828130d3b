import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { MetricsEndpointOptions } from './metrics-endpoint';

/** What the environment says about telemetry: OpenTelemetry's own variables and a few of ours. */
export interface TelemetrySettings {
  readonly serviceName: string;
  /** Whether spans and metrics go to a collector; OpenTelemetry's exporter reads the address itself. */
  readonly sendsToCollector: boolean;
  /** Whether spans go somewhere, to that collector or to where OTEL_EXPORTER_OTLP_TRACES_ENDPOINT says. */
  readonly sendsSpans: boolean;
  /** How long spans are collected before they are sent. */
  readonly spansDelayMs: number;
  /** How often metrics go to the collector. */
  readonly metricsIntervalMs: number;
  readonly traceFile: string | undefined;
  /** The Prometheus endpoint, if there is to be one. */
  readonly metrics: MetricsEndpointOptions | undefined;
  /** Share of new traces that are kept, 0 to 1. */
  readonly sampledShare: number;
  /** Makes the keyed hashes of users; the service itself checks it. */
  readonly privacySecret: string | undefined;
}

const LOOPBACK = '127.0.0.1';
const DEFAULT_INTERVAL_MS = 60_000;
const DEFAULT_DELAY_MS = 5_000;

/** Reads the settings of telemetry. Throws a sentence for a person where one is malformed. */
export function telemetrySettings(env: NodeJS.ProcessEnv): TelemetrySettings {
  const protocol = env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (protocol !== 'http/protobuf') {
    throw new Error(`OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, not "${protocol}"`);
  }
  return {
    serviceName: env.OTEL_SERVICE_NAME || 'attune',
    sendsToCollector: Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT),
    sendsSpans: Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT),
    spansDelayMs: numberOf(env, 'OTEL_BSP_SCHEDULE_DELAY', 86_400_000) || DEFAULT_DELAY_MS,
    metricsIntervalMs: numberOf(env, 'OTEL_METRIC_EXPORT_INTERVAL', 86_400_000) || DEFAULT_INTERVAL_MS,
    traceFile: env.ATTUNE_TRACE_FILE || undefined,
    metrics: metricsEndpointOf(env),
    sampledShare: numberOf(env, 'OTEL_TRACES_SAMPLER_ARG', 1) ?? 1,
    privacySecret: env.ATTUNE_PRIVACY_SECRET || undefined,
  };
}

function metricsEndpointOf(env: NodeJS.ProcessEnv): MetricsEndpointOptions | undefined {
  const port = numberOf(env, 'ATTUNE_METRICS_PORT', 65_535);
  if (port === undefined) return undefined;
  const host = env.ATTUNE_METRICS_HOST || LOOPBACK;
  const token = tokenOf(env.ATTUNE_METRICS_TOKEN_FILE);
  const [certFile, keyFile] = [env.ATTUNE_TLS_CERT_FILE, env.ATTUNE_TLS_KEY_FILE];
  const tls = certFile && keyFile && !isLoopback(host) ? { certFile, keyFile } : undefined;
  const missing = [
    ...(tls === undefined ? ['ATTUNE_TLS_CERT_FILE and ATTUNE_TLS_KEY_FILE'] : []),
    ...(token === undefined ? ['ATTUNE_METRICS_TOKEN_FILE'] : []),
  ];
  if (!isLoopback(host) && missing.length > 0) {
    throw new Error(
      `ATTUNE_METRICS_HOST is ${host}: beyond loopback metrics are read with TLS and a token only; set ${missing.join(' and ')}`,
    );
  }
  return { host, port, token, tls };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function tokenOf(file: string | undefined): string | undefined {
  if (!file) return undefined;
  const token = readFileSync(file, 'utf8').trim();
  if (token.length < 16) throw new Error('ATTUNE_METRICS_TOKEN_FILE must hold a token of at least 16 characters');
  return token;
}

function numberOf(env: NodeJS.ProcessEnv, name: string, max: number): number | undefined {
  const text = env[name] || undefined;
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > max)
    throw new Error(`${name} must be a number from 0 to ${max}, not "${text}"`);
  return value;
}
