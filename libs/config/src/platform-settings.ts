import { z } from 'zod';
import { endpoints, hostPort, integer, list, url } from './from-text';
import { type SettingsOf, setting } from './setting';

const text = () => z.string().optional();
const peer = (name: string, env: string) =>
  setting(
    `ATTUNE_${env}_ADDRESS`,
    endpoints().optional(),
    `where the ${name} service listens: host:port, a list of them, or dns:///name:port`,
  );

/** The settings that every service has; a service spreads them into its own definition. */
export const platformSettings = {
  namespace: setting(
    'ATTUNE_NAMESPACE',
    z.string().regex(/^([a-z][a-z0-9_]{0,30})?$/, 'must be lower-case letters, digits and _, beginning with a letter'),
    'prefix of schemas, Redis keys and topics, so that fleets can share servers',
    '',
  ),
  listen: setting('ATTUNE_LISTEN', hostPort(), 'where the service listens, host:port; port 0 is any', '127.0.0.1:0'),
  databaseUrl: setting(
    'DATABASE_URL',
    url(['postgres', 'postgresql']).optional(),
    'PostgreSQL 15 or later; needed by every service with tables',
  ),
  redisUrl: setting(
    'REDIS_URL',
    url(['redis', 'rediss', 'redis+sentinel']).optional(),
    'Redis 7 or later; needed by every service that caches, queues or listens to events',
  ),
  kafkaBrokers: setting(
    'KAFKA_BROKERS',
    list().optional(),
    'host:port list; without it the event log is Redis Streams',
  ),
  objectStoreUrl: setting(
    'OBJECT_STORE_URL',
    url(['file', 's3']).optional(),
    'where models and data sets lie: file:///folder or s3://bucket/prefix',
  ),
  eventLogPartitions: setting(
    'ATTUNE_EVENT_LOG_PARTITIONS',
    integer({ min: 1, max: 1024 }),
    'partitions of a topic when it is first created',
    4,
  ),
  logLevel: setting(
    'ATTUNE_LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent'),
    'the least severe level that is logged',
    'info',
  ),
  tlsCertFile: setting('ATTUNE_TLS_CERT_FILE', text(), 'certificate chain in PEM; needed to listen beyond loopback'),
  tlsKeyFile: setting('ATTUNE_TLS_KEY_FILE', text(), 'private key of the certificate in PEM'),
  authTokensFile: setting('ATTUNE_AUTH_TOKENS_FILE', text(), 'tokens of the callers; needed to listen beyond loopback'),
  tlsCaFile: setting('ATTUNE_TLS_CA_FILE', text(), "authority in PEM that signs the peers' certificates"),
  peerTokenFile: setting('ATTUNE_PEER_TOKEN_FILE', text(), 'file with the token that the service sends to its peers'),
  privacySecret: setting(
    'ATTUNE_PRIVACY_SECRET',
    z.string().min(32, 'must have at least 32 characters').optional(),
    'makes the keyed hashes of user ids and signs receipts of erasures; the same for the whole fleet, for ever; needed to listen beyond loopback',
    undefined,
    { secret: true },
  ),
  databaseMaxConnections: setting(
    'ATTUNE_DATABASE_MAX_CONNECTIONS',
    integer({ min: 1, max: 1000 }),
    'the most connections to PostgreSQL that one process holds',
    10,
  ),
  maxConcurrentCalls: setting(
    'ATTUNE_MAX_CONCURRENT_CALLS',
    integer({ min: 1, max: 10_000 }),
    'unary calls that one process runs at once; fewer while its event loop cannot keep up. What could not be answered in time is refused',
    256,
  ),
  drainTimeoutMs: setting(
    'ATTUNE_DRAIN_TIMEOUT_MS',
    integer({ min: 0, max: 600_000 }),
    'how long calls in flight may take to end when the service stops',
    25_000,
  ),
  drainDelayMs: setting(
    'ATTUNE_DRAIN_DELAY_MS',
    integer({ min: 0, max: 60_000 }),
    'how long a stopping service, no longer healthy, still takes new calls: until load balancers have noticed',
    0,
  ),
  probeIntervalMs: setting(
    'ATTUNE_PROBE_INTERVAL_MS',
    integer({ min: 10, max: 60_000 }),
    'how often a service asks whether PostgreSQL and Redis answer; three failures in a row make it not healthy',
    2_000,
  ),
  metricsPort: setting(
    'ATTUNE_METRICS_PORT',
    integer({ min: 0, max: 65_535 }).optional(),
    'port where Prometheus reads metrics; none when not set',
  ),
  metricsHost: setting(
    'ATTUNE_METRICS_HOST',
    text(),
    'where the port for metrics listens, 127.0.0.1 when not set; beyond loopback it needs the certificate, its key and a token',
  ),
  metricsTokenFile: setting(
    'ATTUNE_METRICS_TOKEN_FILE',
    text(),
    'file with the token that Prometheus sends to read metrics; needed beyond loopback',
  ),
  traceFile: setting('ATTUNE_TRACE_FILE', text(), 'file that gets one JSON line per finished span'),
  featureStoreAddress: peer('feature-store', 'FEATURE_STORE'),
  embeddingAddress: peer('embedding', 'EMBEDDING'),
  trainingAddress: peer('training', 'TRAINING'),
  servingAddress: peer('serving', 'SERVING'),
  banditAddress: peer('bandit', 'BANDIT'),
  experimentAddress: peer('experiment', 'EXPERIMENT'),
  monitoringAddress: peer('monitoring', 'MONITORING'),
};

/** The values of the settings that every service has. */
export type PlatformSettings = SettingsOf<typeof platformSettings>;
