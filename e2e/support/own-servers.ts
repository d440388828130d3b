import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  cacheFolder,
  type PostgresServer,
  type RedisServer,
  startGuardian,
  startPostgres,
  startRedis,
} from '@attune/devstack';
import { anId, type TestInfra, until } from '@attune/testkit';
import { ROOT } from './root';

/** PostgreSQL and Redis of a test file alone, which it may kill: they come back on the same port with their data. */
export interface OwnServers extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** The same for `startFleet`, with a namespace that no earlier call gave. */
  infra(): TestInfra;
}

/** Starts both in a folder. What a killed process had confirmed is there again; only a power cut would lose data. */
export async function startOwnServers(folder: string): Promise<OwnServers> {
  await using opened = new AsyncDisposableStack();
  const guardian = opened.use(startGuardian());
  const postgres = opened.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: false }));
  const cache = cacheFolder(ROOT, process.env);
  const redis = opened.use(
    await startRedis({ guardian, folder: join(folder, 'redis'), cacheFolder: cache, durable: true }),
  );
  const disposal = opened.move();
  return {
    postgres,
    redis,
    infra: () => ({
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      objectStoreUrl: pathToFileURL(join(folder, 'objects')).href,
      namespace: anId('faults').replaceAll('-', '_'),
    }),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

/** Ends a supervised server, by default as a crash does, and resolves when its supervisor has it running again. */
export async function restart(
  { process: server }: PostgresServer | RedisServer,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const before = server.restarts;
  process.kill(server.identity!.pid, signal);
  await until(`${server.name} has started again`, async () => server.restarts > before);
}
