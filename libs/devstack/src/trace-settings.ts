/** Which share of traces is recorded unless somebody asks for more: `docs/performance.md` says what recording costs. */
const SHARE = '0.05';
/** A person who asks for a trace does not wait for the five seconds that exporters collect spans. */
const COLLECT_MS = '1000';
/** Who keeps spans where there is no collector. */
const KEEPER = 'monitoring';
/** Above the port of the service, as that for metrics is. */
export const TRACES_ABOVE = 200;

/** Whether the spans of this stack go to its own monitoring service: unless its environment names a place for them, or wants none. */
export function keepsOwnTraces(env: NodeJS.ProcessEnv, services: readonly string[]): boolean {
  const isElsewhere = Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  return !isElsewhere && env.OTEL_TRACES_EXPORTER !== 'none' && services.includes(KEEPER);
}

/** What a service is told so that monitoring, which receives spans on a port of its own, gets them. */
export function traceSettings(service: string, port: number, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return {
    // for spans alone: what is measured does not go there
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: env.OTEL_BSP_SCHEDULE_DELAY || COLLECT_MS,
    // whoever names a file for spans wants them all
    ...(!env.ATTUNE_TRACE_FILE && { OTEL_TRACES_SAMPLER_ARG: env.OTEL_TRACES_SAMPLER_ARG || SHARE }),
    ...(service === KEEPER && { ATTUNE_MONITORING_OTLP_PORT: String(port) }),
  };
}

/** Services in the order in which they stop: the last that started first, and whoever keeps spans after all that send them. */
export function inStopOrder<T extends { readonly name: string }>(services: readonly T[]): readonly T[] {
  const reversed = services.toReversed();
  return [...reversed.filter(({ name }) => name !== KEEPER), ...reversed.filter(({ name }) => name === KEEPER)];
}
