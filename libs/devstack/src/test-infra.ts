import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from './cache-folder';
import { startGuardian } from './guardian';
import { startPostgres } from './postgres-server';
import { startRedis } from './redis-server';

/** Real PostgreSQL and Redis for a test run, in a folder that goes with them. */
export interface RunningTestInfra extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly objectStoreUrl: string;
}

/**
 * Starts what the tests need on free ports, fast rather than durable. `DATABASE_URL`, `REDIS_URL` and `OBJECT_STORE_URL` are used
 * where set.
 */
export async function startTestInfra(options: {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly notice?: (message: string) => void;
}): Promise<RunningTestInfra> {
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'attune-test-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const shared = {
    guardian: opened.use(startGuardian()),
    durable: false,
    onEvent: (event: { type: string; message?: string }) => event.message && options.notice?.(event.message),
  };
  const databaseUrl = options.env.DATABASE_URL || (await postgres());
  const redisUrl = options.env.REDIS_URL || (await redis());
  const objectStoreUrl = options.env.OBJECT_STORE_URL || pathToFileURL(join(folder, 'objects')).href;
  const disposal = opened.move();
  return { databaseUrl, redisUrl, objectStoreUrl, [Symbol.asyncDispose]: () => disposal.disposeAsync() };

  async function postgres(): Promise<string> {
    return opened.use(await startPostgres({ ...shared, folder: join(folder, 'postgres') })).url;
  }
  async function redis(): Promise<string> {
    const cache = cacheFolder(options.root, options.env);
    return opened.use(await startRedis({ ...shared, folder: join(folder, 'redis'), cacheFolder: cache })).url;
  }
}
