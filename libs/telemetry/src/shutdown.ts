import { metrics, trace } from '@opentelemetry/api';

interface Stoppable {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** Sends what is still in memory. A collector that does not answer holds nobody up longer than the time-out. */
export function flushTelemetry(timeoutMs = 3_000): Promise<void> {
  return each((provider) => provider.forceFlush?.(), timeoutMs);
}

/** Flushes, then closes exporters and the metrics endpoint: the last step of a process. */
export function shutdownTelemetry(timeoutMs = 3_000): Promise<void> {
  return each((provider) => provider.shutdown?.(), timeoutMs);
}

async function each(act: (provider: Stoppable) => Promise<void> | undefined, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([Promise.allSettled(providers().map(async (provider) => act(provider))), timeout]);
  clearTimeout(timer);
}

// The API knows no flush; the providers of the SDK do, and the API's own no-op providers are left alone.
function providers(): Stoppable[] {
  const tracing = trace.getTracerProvider() as { getDelegate?(): unknown };
  return [tracing.getDelegate?.() ?? tracing, metrics.getMeterProvider()] as Stoppable[];
}
