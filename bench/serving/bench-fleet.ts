import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, startGuardian, startPostgres, startRedis } from '@attune/devstack';

const root = join(import.meta.dirname, '..', '..');
/** The secret of a benchmark, which protects nobody. */
export const SECRET = 'the secret of a benchmark, which protects nobody';

/** Starts PostgreSQL and Redis of their own; `start` runs services on them, as they were built, until all is disposed of. */
export async function startServers(folder: string, namespace: string) {
  const opened = new AsyncDisposableStack();
  const guardian = opened.use(startGuardian());
  const postgres = opened.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: false }));
  const cache = cacheFolder(root, process.env);
  const redis = opened.use(
    await startRedis({ guardian, folder: join(folder, 'redis'), cacheFolder: cache, durable: false }),
  );
  const urls = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    OBJECT_STORE_URL: pathToFileURL(join(folder, 'objects')).href,
    ATTUNE_NAMESPACE: namespace,
    ATTUNE_PRIVACY_SECRET: SECRET,
    ATTUNE_LOG_LEVEL: 'error',
    ATTUNE_LISTEN: '127.0.0.1:0',
  };
  return {
    urls,
    start: (name: string, env: Readonly<Record<string, string>> = {}) =>
      startService(opened, name, { ...urls, ...env }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startService(opened: AsyncDisposableStack, name: string, env: Readonly<Record<string, string>>) {
  const entry = join(root, 'services', name, 'dist', 'main.js');
  // As the local stack runs it.
  const options = `--max-semi-space-size=64 --require ${join(root, 'libs', 'telemetry', 'dist', 'register.js')}`;
  const child = spawn(process.execPath, [entry], {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_OPTIONS: options, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  opened.defer(() => ended(child));
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { address: string }) => resolve(message.address));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return { address, pid: child.pid! };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
