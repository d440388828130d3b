import { Pool } from 'pg';
import { withConnection } from './connections';
import type { Database } from './database';
import { fromPostgres } from './from-postgres';
import { runStatement } from './run-statement';
import { checkedSchema } from './schema';
import { runTransaction } from './transaction';

/** What a pool needs. `logger` hears of connections that were lost while nobody used them. */
export interface DatabaseOptions {
  readonly url: string;
  readonly schema: string;
  readonly applicationName: string;
  /** 10 when not given. */
  readonly maxConnections?: number;
  readonly logger?: { warn(details: object, message: string): void };
  /** False: nothing is asked of the server before the first statement. True when not given. */
  readonly isProved?: boolean;
}

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * Opens a pool and proves that the server answers, unless it is told not to. Every connection has the schema as its search path. Lost connections
 * never end the process: what used one fails with `unavailable.postgres`, and the next statement gets a new one.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const pool = openPool(options);
  const database: Database = {
    schema: options.schema,
    pool,
    query: (text, values, { signal } = {}) =>
      withConnection(pool, signal, (client) => runStatement(client, text, values, signal)),
    transaction: (run, transactionOptions) => runTransaction(pool, run, transactionOptions),
    [Symbol.asyncDispose]: closeOnce(pool),
  };
  if (options.isProved === false) return database;
  try {
    await database.query('SELECT 1');
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw fromPostgres(error);
  }
  return database;
}

function openPool({ url, schema, applicationName, maxConnections = 10, logger }: DatabaseOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    options: `-c search_path=${checkedSchema(schema)} -c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
  });
  pool.on('error', (error) => logger?.warn({ err: error, schema }, 'an idle connection to PostgreSQL was lost'));
  // pg reports the loss of a connection in use as an event too, besides failing its statement; unheard, it ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function closeOnce(pool: Pool): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= pool.end());
}
