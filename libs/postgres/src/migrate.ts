import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { AppError } from '@attune/errors';
import { Client } from 'pg';
import { fromPostgres } from './from-postgres';
import { checkedSchema } from './schema';

/** What a migration needs. */
export interface MigrateOptions {
  readonly url: string;
  readonly schema: string;
  /** Folder of `NNNN_name.sql` files, applied in the order of their names, each in a transaction of its own. */
  readonly directory: string;
  /** The table that remembers what was applied; `schema_migrations` when not given. */
  readonly table?: string;
  readonly logger?: { info(details: object, message: string): void };
}

// A server that is frozen takes connections and says nothing.
const CONNECT_TIMEOUT_MS = 5_000;
const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/**
 * Brings a schema up to date, creating it where it is missing. Forward only. Processes that migrate the same schema at
 * once wait for each other; a file that fails leaves the ones before it applied and is named in the error.
 */
export async function migrate({
  url,
  schema,
  directory,
  table = 'schema_migrations',
  logger,
}: MigrateOptions): Promise<void> {
  checkedSchema(schema);
  await checkNames(directory);
  // The library and its dependencies are loaded only by a process that migrates.
  const { runner } = await import('node-pg-migrate');
  const client = await connect(url, schema);
  let current = '';
  try {
    const applied = await runner({
      dbClient: client,
      dir: directory,
      useGlob: false,
      direction: 'up',
      schema,
      createSchema: true,
      migrationsTable: table,
      advisoryLockMode: 'wait',
      lockValue: lockOf(schema),
      verbose: false,
      logger: quietExcept((name) => {
        current = name;
      }),
    });
    for (const { name } of applied) logger?.info({ schema, migration: name }, 'migration applied');
  } catch (error) {
    throw failed(error, schema, current);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(url: string, schema: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: `attune-migrate-${schema}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw fromPostgres(error);
  }
}

async function checkNames(directory: string): Promise<void> {
  const names = await readdir(directory);
  const wrong = names.filter((name) => !FILE_NAME.test(name));
  if (wrong.length === 0) return;
  throw new AppError(
    'failed_precondition.migration',
    `migrations are named NNNN_name.sql, and these in ${directory} are not: ${wrong.join(', ')}`,
  );
}

// One lock per schema, so that services migrate side by side and two processes of one service do not.
function lockOf(schema: string): number {
  return createHash('sha256').update(`attune-migrate:${schema}`).digest().readUIntBE(0, 6);
}

// The library says which file it is at only to its logger: "### MIGRATION 0002_name (UP) ###".
function quietExcept(onMigration: (name: string) => void) {
  const quiet = () => undefined;
  const info = (line: string) => {
    const name = /### MIGRATION (\S+) \(UP\)/.exec(line)?.[1];
    if (name !== undefined) onMigration(name);
  };
  return { info, warn: quiet, error: quiet, debug: quiet };
}

function failed(error: unknown, schema: string, migration: string): AppError {
  const known = fromPostgres(error);
  if (known instanceof AppError) return known;
  const reason = error instanceof Error ? error.message : String(error);
  if (migration === '')
    return new AppError('failed_precondition.migration', `schema "${schema}": ${reason}`, { cause: error });
  return new AppError(
    'failed_precondition.migration',
    `migration ${migration}.sql of schema "${schema}" failed: ${reason}`,
    {
      cause: error,
      metadata: { migration: `${migration}.sql`, schema },
    },
  );
}
