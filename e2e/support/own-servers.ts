import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  cacheFolder,
  type KafkaServer,
  type PostgresServer,
  type RedisServer,
  startGuardian,
  startKafka,
  startPostgres,
  startRedis,
} from '@attune/devstack';
import { anId, type TestInfra, until } from '@attune/testkit';
import { ROOT } from './root';

/** Servers of a test file alone, which it may kill: they come back on the same port with their data. */
export interface OwnServers extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** Where it was asked for, and then the event log of all fleets. */
  readonly kafka: KafkaServer | undefined;
  /** The same for `startFleet`, with a namespace that no earlier call gave. */
  infra(): TestInfra;
}

/** Starts them in a folder. What a killed process had confirmed is there again; only a power cut would lose data. */
export async function startOwnServers(
  folder: string,
  { kafka: isKafkaAsked = false }: { readonly kafka?: boolean } = {},
): Promise<OwnServers> {
  await using opened = new AsyncDisposableStack();
  const guardian = opened.use(startGuardian());
  const postgres = opened.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: false }));
  const cache = cacheFolder(ROOT, process.env);
  const kafka = isKafkaAsked
    ? opened.use(await startKafka({ guardian, folder: join(folder, 'kafka'), cacheFolder: cache }))
    : undefined;
  const redis = opened.use(
    await startRedis({ guardian, folder: join(folder, 'redis'), cacheFolder: cache, durable: true }),
  );
  const disposal = opened.move();
  return {
    postgres,
    redis,
    kafka,
    infra: () => ({
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      objectStoreUrl: pathToFileURL(join(folder, 'objects')).href,
      ...(kafka === undefined ? {} : { kafkaBrokers: kafka.brokers.join(',') }),
      namespace: anId('faults').replaceAll('-', '_'),
    }),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

/** A broker reads its log again before it serves. */
const BACK_WITHIN_MS = 60_000;

/** Ends a supervised server, by default as a crash does, and resolves when its supervisor has it running again. */
export async function restart(
  { process: server }: PostgresServer | RedisServer | KafkaServer,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const before = server.restarts;
  process.kill(server.identity!.pid, signal);
  const isBack = async () => server.restarts > before;
  await until(`${server.name} has started again`, isBack, { timeoutMs: BACK_WITHIN_MS });
}
