import { context, propagation } from '@opentelemetry/api';

/** Adds the active trace to the headers of a record or a job, and returns them. */
export function injectTrace(headers: Record<string, string>): Record<string, string> {
  propagation.inject(context.active(), headers);
  return headers;
}

/** Continues the trace that headers carry: `extractTrace(headers).run(() => handle(record))`. */
export function extractTrace(headers: Readonly<Record<string, string>>): { run<T>(fn: () => T): T } {
  const extracted = propagation.extract(context.active(), headers);
  return { run: (fn) => context.with(extracted, fn) };
}
