import { AppError } from '@attune/errors';
import type { PoolClient, QueryResultRow } from 'pg';
import { cancelStatement } from './cancel-statement';
import type { QueryResult } from './database';
import { fromPostgres } from './from-postgres';

const CANCEL_PATIENCE_MS = 5_000;

/**
 * Runs one statement on a connection. When the signal aborts, the statement is cancelled in the server and the promise
 * rejects only after the server has let go of it, so that the connection can be used again at once.
 */
export async function runStatement<R extends QueryResultRow>(
  client: PoolClient,
  text: string,
  values: readonly unknown[] | undefined,
  signal: AbortSignal | undefined,
): Promise<QueryResult<R>> {
  throwIfAborted(signal);
  let cancelling: Promise<void> | undefined;
  const onAbort = () => {
    cancelling = cancelStatement(client);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await settleSoonAfterAbort(send<R>(client, text, values), signal);
  } catch (error) {
    throw signal?.aborted ? cancelled(signal, error) : fromPostgres(error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await cancelling;
  }
}

/** The error of work that was given up: the signal's own reason where it is the fleet's error. */
export function cancelled(signal: AbortSignal, cause?: unknown): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('cancelled.query', 'the statement was cancelled because its caller gave up', {
    cause: cause ?? signal.reason,
  });
}

/** Refuses to begin what nobody waits for. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal);
}

async function send<R extends QueryResultRow>(
  client: PoolClient,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult<R>> {
  // Text without values goes by the simple protocol and may hold several statements: the last one's result counts.
  const sent: unknown = await (values === undefined ? client.query(text) : client.query(text, [...values]));
  const result = (Array.isArray(sent) ? sent.at(-1) : sent) as { rows: R[]; rowCount: number | null };
  return { rows: result.rows, rowCount: result.rowCount ?? 0 };
}

// A server that hangs, or a network that swallows packets, must not hold a caller that has given up.
async function settleSoonAfterAbort<T>(statement: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return statement;
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const gaveUp = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(
        () => reject(new Error('Connection terminated: a cancel request had no effect')),
        CANCEL_PATIENCE_MS,
      );
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([statement, gaveUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
