import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import { type UserKeyOf, writableFacts } from './pseudonyms';
import { makeSafeError } from './safe-error';

/** Writes one record: facts first, then the sentence. An error goes under `err`. */
export type LogMethod = (details: object, message: string) => void;

/**
 * The logger of the fleet. Records carry the ids of the active span, so that a log line leads to its trace. What is named like a
 * user (`userId`, `user_ids`, `author`, ...) is written as a keyed hash, so facts about people go under such a name, never into
 * the sentence.
 */
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
  /** The keyed hash of a user; without it users are left out. */
  readonly userKeyOf?: UserKeyOf;
  /** Where records go; standard output when not given. */
  readonly destination?: DestinationStream;
}

/** Opens a logger that writes JSON lines. */
export function createLogger({ name, level, destination, userKeyOf = () => '(a user)' }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (facts: object) => writableFacts(facts, userKeyOf),
    },
    serializers: { err: makeSafeError(userKeyOf) },
    mixin: activeSpanIds,
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  const { child } = logger;
  // pino runs its formatters over the facts of a record only, not over those that a child adds to all of its records.
  const safeChild = function (this: typeof logger, facts: object) {
    return child.call(this, writableFacts(facts, userKeyOf));
  };
  return Object.assign(logger, { child: safeChild });
}

function activeSpanIds(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { traceId: context.traceId, spanId: context.spanId };
}
