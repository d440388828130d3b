import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, SERVICES, type ServiceDefinitions } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { closeRedis, openRedis, type Redis } from '@attune/redis';
import type { TestInfra } from '@attune/testkit';
import type { RunningService } from '../src/start-service';
import { healthOf } from './health';
import { recordingLogger } from './recording-logger';
import { type SmallServiceOptions, smallMigrations, startSmall } from './small-service';

/** The name under which the health service knows the small service. */
export const SMALL_NAME = SERVICES.monitoring.grpcName;

/** The small services of one test file, and what its tests look into to see what they did. */
class SmallServices {
  /** The test's own connections, past the services. */
  database!: Database;
  redis!: Redis;
  private readonly folder = mkdtempSync(join(tmpdir(), 'attune-kit-'));
  private readonly migrations = smallMigrations(this.folder);
  private readonly schema: string;
  private readonly running: RunningService[] = [];
  private readonly clients: AsyncDisposable[] = [];

  constructor(private readonly infra: TestInfra) {
    this.schema = schemaFor(infra.namespace, 'monitoring');
  }

  async open(): Promise<void> {
    const { databaseUrl, redisUrl, namespace } = this.infra;
    this.database = await openDatabase({ url: databaseUrl, schema: this.schema, applicationName: `${namespace}-test` });
    this.redis = openRedis({ url: redisUrl, keyPrefix: '', connectionName: 'kit-test' });
  }

  /** Starts one under a logger that records, unless the test brings its own. */
  async start(options: SmallServiceOptions & { env?: NodeJS.ProcessEnv } = {}): Promise<RunningService> {
    const { databaseUrl, redisUrl, namespace } = this.infra;
    const env = {
      ATTUNE_NAMESPACE: namespace,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      ATTUNE_PROBE_INTERVAL_MS: '20',
      ...options.env,
    };
    const overrides = { logger: recordingLogger(), ...options.overrides };
    const service = await startSmall(env, this.migrations, { ...options, overrides });
    this.running.push(service);
    return service;
  }

  clientOf(service: RunningService): Client<ServiceDefinitions['monitoring']> {
    const { definition } = SERVICES.monitoring;
    const client = createClient({ definition, address: service.address, caller: 'kit-test' });
    this.clients.push(client);
    return client;
  }

  /** Resolves once the server runs (or no longer runs) a statement that holds this text. */
  async untilStatements(text: string, count: number): Promise<void> {
    const find = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1";
    while ((await this.database.query(find, [`%${text}%`])).rowCount !== count);
  }

  /** Ends the services of one test. */
  async stopAll(): Promise<void> {
    for (const client of this.clients.splice(0)) await client[Symbol.asyncDispose]();
    for (const service of this.running.splice(0)) await service[Symbol.asyncDispose]();
  }

  /** Removes what the services of this file have left behind. */
  async close(): Promise<void> {
    await this.database.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.redis.del(`${this.infra.namespace}:monitoring:calls`);
    await this.database[Symbol.asyncDispose]();
    await closeRedis(this.redis);
    rmSync(this.folder, { recursive: true });
  }
}

/** Gives a test file its small services; call it at the top of the file. */
export function useSmallServices(infra: TestInfra): SmallServices {
  const services = new SmallServices(infra);
  beforeAll(() => services.open());
  afterEach(() => services.stopAll());
  afterAll(() => services.close());
  return services;
}

/** The request for a time series of this name. */
export const series = (metric: string) => ({ metric, labels: {}, from: undefined, to: undefined, stepSeconds: 0 });

/** What the work failed with, or `undefined`. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Resolves once the small service's health is as expected. */
export async function untilHealth(address: string, expected: string): Promise<void> {
  while ((await healthOf(address, SMALL_NAME)) !== expected);
}

/** A subscription that has nothing to read, and notes when it is closed. */
export function aSubscription(closed: string[]): Subscription {
  return {
    restarts: 0,
    caughtUp: async () => undefined,
    [Symbol.asyncDispose]: async () => void closed.push('consumer'),
  };
}
