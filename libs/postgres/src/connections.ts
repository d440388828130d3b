import type { Pool, PoolClient } from 'pg';
import { fromPostgres, isConnectionLost } from './from-postgres';
import { cancelled, throwIfAborted } from './run-statement';

/** Lends a connection to a function, and gives it back; a connection that is lost is closed instead. */
export async function withConnection<T>(
  pool: Pool,
  signal: AbortSignal | undefined,
  use: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connect(pool, signal);
  let isBroken = false;
  try {
    return await use(client);
  } catch (error) {
    isBroken = isConnectionLost(error) || isConnectionLost((error as Error | undefined)?.cause);
    throw error;
  } finally {
    client.release(isBroken);
  }
}

async function connect(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  throwIfAborted(signal);
  const connecting = pool.connect();
  if (signal === undefined) return connecting.catch(rethrow);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (error) {
    // The pool cannot be told to stop: what it hands over later goes straight back.
    connecting.then(
      (client) => client.release(),
      () => undefined,
    );
    return rethrow(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function rethrow(error: unknown): never {
  throw fromPostgres(error);
}
