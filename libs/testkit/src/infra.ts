import { randomBytes } from 'node:crypto';

/** Where a test file finds real servers and an object store, and the namespace that is its own. */
export interface TestInfra {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly objectStoreUrl: string;
  /** Set where KAFKA_BROKERS is: the event log is then Kafka, else Redis Streams. */
  readonly kafkaBrokers?: string;
  /** Prefix of schemas, Redis keys and topics: unique per test file, so that files never see each other's data. */
  readonly namespace: string;
}

/** The infrastructure of this test run. Throws when jest's global set-up did not start it. */
export function useInfra(): TestInfra {
  const namespace = `t${randomBytes(6).toString('hex')}`;
  const objects = new URL(required('ATTUNE_TEST_OBJECT_STORE_URL'));
  objects.pathname = `${objects.pathname.replace(/\/$/, '')}/${namespace}`;
  const kafkaBrokers = process.env.KAFKA_BROKERS;
  return {
    databaseUrl: required('ATTUNE_TEST_DATABASE_URL'),
    redisUrl: required('ATTUNE_TEST_REDIS_URL'),
    objectStoreUrl: objects.href,
    ...(kafkaBrokers ? { kafkaBrokers } : {}),
    namespace,
  };
}

/** The settings by which a service finds that infrastructure: few partitions, no logs. */
export function settingsOf(infra: TestInfra): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: infra.databaseUrl,
    REDIS_URL: infra.redisUrl,
    OBJECT_STORE_URL: infra.objectStoreUrl,
    ...(infra.kafkaBrokers === undefined ? {} : { KAFKA_BROKERS: infra.kafkaBrokers }),
    ATTUNE_NAMESPACE: infra.namespace,
    ATTUNE_EVENT_LOG_PARTITIONS: '2',
    ATTUNE_LOG_LEVEL: process.env.ATTUNE_TEST_LOG_LEVEL ?? 'silent',
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests through "npm test"`);
  return value;
}
