import { isAppError } from '@attune/errors';
import type { Pool, PoolClient } from 'pg';
import { withConnection } from './connections';
import type { TransactionOptions, Tx } from './database';
import { fromPostgres } from './from-postgres';
import { runStatement, throwIfAborted } from './run-statement';

const DEFAULT_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** Runs a function in a transaction, again when the server reports a serialization failure or a deadlock. */
export async function runTransaction<T>(
  pool: Pool,
  run: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const maxAttempts = options.maxAttempts ?? DEFAULT_ATTEMPTS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await withConnection(pool, options.signal, (client) => attemptOnce(client, run, options));
    } catch (error) {
      if (attempt >= maxAttempts || !isAppError(error, 'conflict.postgres')) throw error;
      throwIfAborted(options.signal);
      await pauseBefore(attempt);
    }
  }
}

async function attemptOnce<T>(
  client: PoolClient,
  run: (tx: Tx) => Promise<T>,
  { signal, isolation = 'read committed', readOnly = false }: TransactionOptions,
): Promise<T> {
  const statement = (text: string) => runStatement(client, text, undefined, undefined);
  throwIfAborted(signal);
  await statement(`BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}${readOnly ? ' READ ONLY' : ''}`);
  try {
    const result = await run({
      isTransaction: true,
      query: (text, values, options) => runStatement(client, text, values, either(signal, options?.signal)),
    });
    throwIfAborted(signal);
    await statement('COMMIT');
    return result;
  } catch (error) {
    // A connection that cannot roll back is lost, and its transaction with it: what matters is the first error.
    await statement('ROLLBACK').catch(() => undefined);
    throw fromPostgres(error);
  }
}

function either(first: AbortSignal | undefined, second: AbortSignal | undefined): AbortSignal | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return AbortSignal.any([first, second]);
}

// Two transactions that met once would meet again if both waited equally long.
function pauseBefore(attempt: number): Promise<void> {
  const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return new Promise((resolve) => {
    setTimeout(resolve, longestMs * (0.5 + Math.random() / 2));
  });
}
