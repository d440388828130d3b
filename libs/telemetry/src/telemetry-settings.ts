/** What the environment says about telemetry: OpenTelemetry's own variables and three of ours. */
export interface TelemetrySettings {
  readonly serviceName: string;
  /** Whether spans and metrics go to a collector; OpenTelemetry's exporter reads the address itself. */
  readonly sendsToCollector: boolean;
  readonly traceFile: string | undefined;
  /** Port of the Prometheus endpoint, on loopback. */
  readonly metricsPort: number | undefined;
  /** Share of new traces that are kept, 0 to 1. */
  readonly sampledShare: number;
  /** Makes the keyed hashes of users; the service itself checks it. */
  readonly privacySecret: string | undefined;
}

/** Reads the settings of telemetry. Throws a sentence for a person where one is malformed. */
export function telemetrySettings(env: NodeJS.ProcessEnv): TelemetrySettings {
  const protocol = env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (protocol !== 'http/protobuf') {
    throw new Error(`OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, not "${protocol}"`);
  }
  return {
    serviceName: env.OTEL_SERVICE_NAME || 'attune',
    sendsToCollector: Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT),
    traceFile: env.ATTUNE_TRACE_FILE || undefined,
    metricsPort: numberOf(env, 'ATTUNE_METRICS_PORT', 65_535),
    sampledShare: numberOf(env, 'OTEL_TRACES_SAMPLER_ARG', 1) ?? 1,
    privacySecret: env.ATTUNE_PRIVACY_SECRET || undefined,
  };
}

function numberOf(env: NodeJS.ProcessEnv, name: string, max: number): number | undefined {
  const text = env[name] || undefined;
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > max)
    throw new Error(`${name} must be a number from 0 to ${max}, not "${text}"`);
  return value;
}
