import { TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { type Database, migrate, openDatabase, schemaFor } from '@attune/postgres';
import { closeRedis, keyPrefixFor, openRedis, type Redis, unavailableFromRedis } from '@attune/redis';
import { openLateDatabase, stopTrying } from './late-database';
import { peerClients } from './peer-clients';
import type { Platform, StartContext, Use } from './platform';
import { migrateIdempotencyStore } from './postgres-idempotency-store';
import type { Needs } from './required-settings';
import type { Stack } from './stack';

/** What the platform of a service is made of. */
export interface PlatformOptions extends StartContext {
  readonly migrations: string | undefined;
  readonly needs: Needs;
  /** The service starts before PostgreSQL answers, and gets it later. */
  readonly startsWithoutDatabase: boolean;
  /** Parts that somebody else opened and will close; tests give fakes here. */
  readonly overrides: Partial<Platform>;
}

/** What has to be opened: what the service uses, without the parts that it is given. */
export function needsOf(usesDatabase: boolean, uses: readonly Use[], given: Partial<Platform>): Needs {
  return {
    database: usesDatabase && given.database === undefined,
    redis: uses.includes('redis') && given.redis === undefined,
    eventLog: uses.includes('event-log') && given.eventLog === undefined,
    objectStore: uses.includes('object-store') && given.objectStore === undefined,
  };
}

/** Opens what a service uses, in order, on its stack. Each part answers before the next is opened. */
export async function openPlatform(options: PlatformOptions, stack: Stack): Promise<Platform> {
  const { overrides, needs, logger, privacy } = options;
  const database = needs.database ? await openOwnDatabase(options, stack) : overrides.database;
  const redis = needs.redis ? await openOwnRedis(options, stack) : overrides.redis;
  const eventLog = needs.eventLog ? await openOwnLog(options, stack) : overrides.eventLog;
  const objectStore = needs.objectStore ? await openOwnStore(options, stack) : overrides.objectStore;
  const { clock = () => new Date(), client = peerClients(options, stack) } = overrides;
  return { logger, clock, privacy, database, redis, eventLog, objectStore, client };
}

async function openOwnDatabase(options: PlatformOptions, stack: Stack): Promise<Database> {
  const { name, settings, migrations = '', logger } = options;
  const url = settings.databaseUrl!;
  const schema = schemaFor(settings.namespace, name);
  const bringUpToDate = async () => {
    await migrate({ url, schema, directory: migrations, logger });
    await migrateIdempotencyStore(url, schema);
  };
  const isProved = !options.startsWithoutDatabase;
  if (isProved) await stack.open('migrations', bringUpToDate);
  const maxConnections = settings.databaseMaxConnections;
  const database = await stack.open('postgres', () =>
    openDatabase({ url, schema, applicationName: applicationOf(options), maxConnections, logger, isProved }),
  );
  if (isProved) return database;
  return stack.open('late migrations', () => openLateDatabase({ database, bringUpToDate, logger }), stopTrying);
}

async function openOwnRedis({ name, settings, logger }: PlatformOptions, stack: Stack): Promise<Redis> {
  const keyPrefix = keyPrefixFor(settings.namespace, name);
  const connectionName = `attune-${name}`;
  const open = () => openRedis({ url: settings.redisUrl!, keyPrefix, connectionName, logger });
  const redis = await stack.open('redis', open, closeRedis);
  await redis.ping().catch((error) => {
    throw unavailableFromRedis(error);
  });
  return redis;
}

function openOwnLog(options: PlatformOptions, stack: Stack): Promise<EventLog> {
  const { settings, logger } = options;
  return stack.open('event log', async () => {
    const eventLog = await openEventLog({
      redisUrl: settings.redisUrl ?? '',
      kafkaBrokers: settings.kafkaBrokers,
      topicPrefix: settings.namespace,
      clientId: applicationOf(options),
      logger,
    });
    const topics = Object.values(TOPICS).map(({ name, retentionHours }) => ({
      name,
      retentionHours,
      partitions: settings.eventLogPartitions,
    }));
    try {
      await eventLog.ensureTopics(topics);
    } catch (error) {
      await eventLog[Symbol.asyncDispose]();
      throw error;
    }
    return eventLog;
  });
}

function openOwnStore({ settings }: PlatformOptions, stack: Stack): Promise<ObjectStore> {
  return stack.open('object store', () => openObjectStore(settings.objectStoreUrl!));
}

const applicationOf = ({ name, settings }: StartContext) =>
  settings.namespace === '' ? `attune-${name}` : `attune-${settings.namespace}-${name}`;
