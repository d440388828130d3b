import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, pino, stdTimeFunctions } from 'pino';

/** Writes one record: facts first, then the sentence. An error goes under `err`. */
export type LogMethod = (details: object, message: string) => void;

/** The logger of the fleet. Records carry the ids of the active span, so that a log line leads to its trace. */
export interface Logger {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  /** A logger whose records carry these facts too. */
  child(bindings: Record<string, unknown>): Logger;
}

/** What a logger needs. */
export interface LoggerOptions {
  readonly name: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Where records go; standard output when not given. */
  readonly destination?: DestinationStream;
}

/** Opens a logger that writes JSON lines. */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: activeSpanIds,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function activeSpanIds(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { traceId: context.traceId, spanId: context.spanId };
}
