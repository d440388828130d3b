import { stdSerializers } from 'pino';
import { type UserKeyOf, writableFacts } from './pseudonyms';

/**
 * What is written of an error besides type, message and stack. Drivers hang far more on theirs: Redis the command with its keys,
 * PostgreSQL the row that was refused, and both hold what belongs to people.
 */
const FACTS = [
  ...['code', 'metadata', 'violations', 'retryAfterMs'],
  ...['errno', 'syscall', 'address', 'port', 'signal'],
  ...['severity', 'routine', 'schema', 'table', 'column', 'constraint'],
] as const;

/** Makes the serializer of errors: what happened and where, without anything about people. */
export function makeSafeError(userKeyOf: UserKeyOf) {
  return function safeError(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const { type, message, stack } = stdSerializers.err(error);
    const known = error as Error & Partial<Record<(typeof FACTS)[number], unknown>>;
    const facts = FACTS.filter((name) => known[name] !== undefined).map((name) => [name, known[name]]);
    const errors = error instanceof AggregateError ? { errors: error.errors.map(safeError) } : {};
    return { type, message, stack, ...writableFacts(Object.fromEntries(facts), userKeyOf), ...errors };
  };
}
