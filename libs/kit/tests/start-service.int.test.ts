import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES, type ServiceDefinitions } from '@attune/contracts';
import { AppError, isAppError } from '@attune/errors';
import type { Subscription } from '@attune/event-log';
import { type Client, createClient } from '@attune/grpc';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { closeRedis, openRedis, type Redis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import type { Platform } from '../src/platform';
import type { RunningService } from '../src/start-service';
import { healthOf } from './health';
import { recordingLogger } from './recording-logger';
import { type SmallServiceOptions, smallMigrations, startSmall } from './small-service';

const { databaseUrl, redisUrl, namespace } = useInfra();
const folder = mkdtempSync(join(tmpdir(), 'attune-kit-'));
const migrations = smallMigrations(folder);
const schema = schemaFor(namespace, 'monitoring');
const NAME = SERVICES.monitoring.grpcName;
const env = {
  ATTUNE_NAMESPACE: namespace,
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  ATTUNE_PROBE_INTERVAL_MS: '20',
};
const running: RunningService[] = [];
const clients: AsyncDisposable[] = [];
let database: Database;
let redis: Redis;

beforeAll(async () => {
  database = await openDatabase({ url: databaseUrl, schema, applicationName: `${namespace}-test` });
  redis = openRedis({ url: redisUrl, keyPrefix: '', connectionName: 'kit-test' });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client[Symbol.asyncDispose]();
  for (const service of running.splice(0)) await service[Symbol.asyncDispose]();
});
afterAll(async () => {
  await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await redis.del(`${namespace}:monitoring:calls`);
  await database[Symbol.asyncDispose]();
  await closeRedis(redis);
  rmSync(folder, { recursive: true });
});

async function start(options: SmallServiceOptions & { env?: NodeJS.ProcessEnv } = {}): Promise<RunningService> {
  const overrides = { logger: recordingLogger(), ...options.overrides };
  const service = await startSmall({ ...env, ...options.env }, migrations, { ...options, overrides });
  running.push(service);
  return service;
}

function clientOf(service: RunningService): Client<ServiceDefinitions['monitoring']> {
  const { definition } = SERVICES.monitoring;
  const client = createClient({ definition, address: service.address, caller: 'kit-test' });
  clients.push(client);
  return client;
}

const series = (metric: string) => ({ metric, labels: {}, from: undefined, to: undefined, stepSeconds: 0 });
const ack = (alertId: string, requestId: string) => ({
  alertId,
  actor: 'me',
  silenceUntil: undefined,
  note: '',
  requestId,
});
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const acksOf = async (alert: string) => (await database.query('SELECT 1 FROM acks WHERE alert = $1', [alert])).rowCount;

/** Resolves once the server runs (or no longer runs) a statement that holds this text. */
async function untilStatements(text: string, count: number): Promise<void> {
  const find = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1";
  while ((await database.query(find, [`%${text}%`])).rowCount !== count);
}

async function untilHealth(address: string, expected: string): Promise<void> {
  while ((await healthOf(address, NAME)) !== expected);
}

function aSubscription(closed: string[]): Subscription {
  return {
    restarts: 0,
    caughtUp: async () => undefined,
    [Symbol.asyncDispose]: async () => void closed.push('consumer'),
  };
}

describe('startService', () => {
  it('migrates, connects, serves, and is healthy under its own name and as a whole', async () => {
    const service = await start();
    expect((await clientOf(service).getTimeSeries(series('latency'))).unit).toBe('latency');
    expect(await redis.get(`${namespace}:monitoring:calls`)).toBe('1');
    expect([await healthOf(service.address, NAME), await healthOf(service.address, '')]).toEqual([
      'SERVING',
      'SERVING',
    ]);
  });

  it('is not healthy before its own readiness check has succeeded', async () => {
    let address = '';
    let health = '';
    const logger = recordingLogger();
    const ready = async () => {
      address ||= await listeningAddress();
      health ||= await healthOf(address, NAME);
    };
    const port = await aFreePort();
    const listeningAddress = async () => `127.0.0.1:${port}`;
    const service = await start({ ready, overrides: { logger }, env: { ATTUNE_LISTEN: `127.0.0.1:${port}` } });
    expect(health).toBe('NOT_SERVING');
    expect(await healthOf(service.address, NAME)).toBe('SERVING');
  });

  it('answers UNIMPLEMENTED for what is not built', async () => {
    const error = await failureOf(clientOf(await start()).getModelHealth({} as never));
    expect(isAppError(error, 'unimplemented')).toBe(true);
  });

  it('runs a mutating call once per request id, even when it reaches another process of the service', async () => {
    const [first, second] = [clientOf(await start()), clientOf(await start())];
    await first.acknowledgeAlert(ack('once', 'r1'));
    await second.acknowledgeAlert(ack('once', 'r1'));
    expect(await acksOf('once')).toBe(1);
  });

  it("cancels a call's statement in the database when its caller gives up", async () => {
    const client = clientOf(await start());
    const abort = new AbortController();
    const call = failureOf(client.getTimeSeries(series('sleep:given_up'), { signal: abort.signal }));
    await untilStatements('given_up', 1);
    abort.abort();
    expect(isAppError(await call, 'cancelled')).toBe(true);
    await untilStatements('given_up', 0);
  });

  it("cancels a call's statement in the database when its deadline passes", async () => {
    const client = clientOf(await start());
    const error = await failureOf(client.getTimeSeries(series('sleep:too_late'), { deadlineMs: 100 }));
    expect(isAppError(error, 'deadline')).toBe(true);
    await untilStatements('too_late', 0);
  });

  it('names the setting that a client of a peer is missing', async () => {
    let platform: Platform | undefined;
    await start({ onCompose: (given) => void (platform = given) });
    expect(() => platform?.client('bandit')).toThrow('ATTUNE_BANDIT_ADDRESS');
  });

  it('makes one client per peer', async () => {
    let platform: Platform | undefined;
    const peer = await start();
    await start({ env: { ATTUNE_MONITORING_ADDRESS: peer.address }, onCompose: (given) => void (platform = given) });
    const client = platform!.client('monitoring');
    expect((await client.getTimeSeries(series('from a peer'))).unit).toBe('from a peer');
    expect(platform!.client('monitoring')).toBe(client);
  });

  it('waits for all its consumers when asked whether it has caught up', async () => {
    const asked: string[] = [];
    const subscription = (name: string) => ({ ...aSubscription([]), caughtUp: async () => void asked.push(name) });
    const service = await start({ subscriptions: [subscription('a'), subscription('b')] });
    await service.caughtUp();
    expect(asked).toEqual(['a', 'b']);
  });
});

describe('a start that cannot succeed', () => {
  it('reports every setting that the service is missing, and the exposure, at once', async () => {
    const error = await failureOf(start({ env: { DATABASE_URL: '', REDIS_URL: '', ATTUNE_LISTEN: '0.0.0.0:0' } }));
    expect((error as AppError).violations.map(({ field }) => field)).toEqual([
      'ATTUNE_TLS_CERT_FILE',
      'ATTUNE_TLS_KEY_FILE',
      'ATTUNE_AUTH_TOKENS_FILE',
      'DATABASE_URL',
      'REDIS_URL',
    ]);
  });

  it('closes what it had opened when the wiring fails', async () => {
    const logger = recordingLogger();
    const onCompose = (_: Platform, stack: { defer(name: string, close: () => void): void }) => {
      stack.defer('worker', () => undefined);
      throw new AppError('failed_precondition.model', 'no model');
    };
    expect(isAppError(await failureOf(start({ onCompose, overrides: { logger } })), 'failed_precondition')).toBe(true);
    const stopped = logger.records.filter(({ message }) => message === 'stopped').map(({ details }) => details.step);
    expect(stopped).toEqual(['worker', 'redis', 'postgres']);
  });

  it('says that PostgreSQL cannot be reached', async () => {
    const url = new URL(databaseUrl);
    url.port = String(await aFreePort());
    expect(isAppError(await failureOf(start({ env: { DATABASE_URL: url.href } })), 'unavailable.postgres')).toBe(true);
  });
});

describe('the stop', () => {
  it('lets calls in flight end first, then stops consumers, then what was wired, then connections', async () => {
    const order: string[] = [];
    const logger = recordingLogger();
    const service = await start({
      overrides: { logger },
      subscriptions: [aSubscription(order)],
      onCompose: (_, stack) => stack.defer('worker', () => void order.push('worker')),
    });
    const call = clientOf(service)
      .getTimeSeries(series('sleep:in_flight'))
      .then(() => order.push('call'));
    await untilStatements('in_flight', 1);
    const stopping = service[Symbol.asyncDispose]();
    await database.query("INSERT INTO acks (alert) VALUES ('in_flight')");
    await Promise.all([call, stopping]);
    expect(order).toEqual(['call', 'consumer', 'worker']);
    const steps = logger.records.filter(({ message }) => message === 'stopped').map(({ details }) => details.step);
    expect(steps).toEqual([
      'readiness',
      'calls in flight',
      'sweep of answers',
      'consumers',
      'worker',
      'redis',
      'postgres',
    ]);
  });

  it('ends calls by force when they outlast the drain', async () => {
    const service = await start({ env: { ATTUNE_DRAIN_TIMEOUT_MS: '50' } });
    const call = failureOf(clientOf(service).getTimeSeries(series('sleep:endless')));
    await untilStatements('endless', 1);
    await service[Symbol.asyncDispose]();
    expect(await call).toBeInstanceOf(AppError);
    await untilStatements('endless', 0);
  });

  it('is not healthy while it drains, and still takes calls until load balancers have noticed', async () => {
    const service = await start({ env: { ATTUNE_DRAIN_DELAY_MS: '400' } });
    const client = clientOf(service);
    const stopping = service[Symbol.asyncDispose]();
    expect(await healthOf(service.address, NAME)).toBe('NOT_SERVING');
    expect((await client.getTimeSeries(series('late'))).unit).toBe('late');
    await stopping;
  });
});

describe('health while it runs', () => {
  it('goes when PostgreSQL goes, and comes back with it', async () => {
    const road = await aCuttableRoad();
    const service = await start({ env: { DATABASE_URL: road.url } });
    road.cut();
    await untilHealth(service.address, 'NOT_SERVING');
    await road.mend();
    await untilHealth(service.address, 'SERVING');
    await service[Symbol.asyncDispose]();
    road.cut();
  });

  it('follows the readiness check of the service itself', async () => {
    let isReady = true;
    const ready = async () => {
      if (!isReady) throw new Error('no model any more');
    };
    const service = await start({ ready });
    isReady = false;
    await untilHealth(service.address, 'NOT_SERVING');
    isReady = true;
    await untilHealth(service.address, 'SERVING');
  });
});

describe('health without Redis', () => {
  const redis = { ping: () => Promise.reject(new Error('gone')) } as unknown as Platform['redis'];

  it('goes when the service needs it', async () => {
    const service = await start({ overrides: { redis } });
    await untilHealth(service.address, 'NOT_SERVING');
  });

  it('stays when the service lives without it', async () => {
    let rounds = 0;
    const several = Promise.withResolvers<void>();
    const ready = async () => {
      rounds += 1;
      if (rounds === 6) several.resolve();
    };
    const service = await start({ overrides: { redis }, livesWithout: ['redis'], ready });
    await several.promise;
    expect(await healthOf(service.address, NAME)).toBe('SERVING');
  });
});

async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A way to PostgreSQL that a test can cut. */
async function aCuttableRoad(): Promise<{ url: string; cut(): void; mend(): Promise<void> }> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const open = (port: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((near) => {
        const far = connect(Number(target.port || 5432), target.hostname);
        for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
        near.pipe(far).pipe(near);
      }).listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { url: url.href, cut, mend: async () => void (server = await open(port)) };
}
