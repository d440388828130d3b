import { Redis, type RedisOptions } from 'ioredis';
import { measureCommands } from './measure-commands';

/** What a connection needs. `logger` hears of lost and regained connections. */
export interface RedisConnectionOptions {
  /** `redis://`, `rediss://`, or `redis+sentinel://host:26379,host:26379/master-name/db`. */
  readonly url: string;
  /** Put before every key; see `keyPrefixFor`. Empty for connections whose keys are already whole. */
  readonly keyPrefix: string;
  /** Shown by CLIENT LIST, so that an operator sees whose connection it is. */
  readonly connectionName: string;
  readonly logger?: { warn(details: object, message: string): void; info(details: object, message: string): void };
  /** For what a connection needs beyond this, such as `maxRetriesPerRequest: null` of blocking readers. */
  readonly options?: RedisOptions;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/**
 * Opens a connection that reconnects for ever. It returns before the connection stands; commands wait for it, and fail
 * with an error that `unavailableFromRedis` knows when three attempts to connect failed.
 */
export function openRedis({ url, keyPrefix, connectionName, logger, options }: RedisConnectionOptions): Redis {
  const redis = new Redis({
    ...connectionOf(url),
    keyPrefix,
    connectionName,
    connectTimeout: 5_000,
    // ioredis waits this long for the close of a stream, even of one that was never open.
    disconnectTimeout: 500,
    maxRetriesPerRequest: 3,
    retryStrategy: (attempt) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 16), LONGEST_RETRY_MS),
    // After a failover the old master answers READONLY: connect anew, to the new one, and send the command again.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    ...options,
  });
  logConnection(redis, connectionName, logger);
  measureCommands(redis);
  return redis;
}

/** Closes a connection: politely when it stands, at once when it does not. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await Promise.race([redis.quit().catch(() => undefined), afterMs(1_000)]);
  redis.disconnect();
}

// ioredis reports every failed attempt; one line per outage is enough. The listener also keeps an error from being thrown.
function logConnection(redis: Redis, connectionName: string, logger: RedisConnectionOptions['logger']): void {
  let isDown = false;
  redis.on('error', (error) => {
    if (!isDown) logger?.warn({ err: error, connectionName }, 'redis is not reachable; trying again');
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) logger?.info({ connectionName }, 'redis is reachable again');
    isDown = false;
  });
}

/** The ioredis options that a URL stands for. */
export function connectionOf(url: string): RedisOptions {
  const sentinel = /^redis\+sentinel:\/\/(?:(?:([^:@/]*):)?([^@/]*)@)?([^/]+)\/([^/?]+)(?:\/(\d+))?$/.exec(url);
  if (sentinel !== null) {
    const [, username, password, hosts, name, db] = sentinel;
    const sentinels = hosts!.split(',').map((address) => {
      const colon = address.lastIndexOf(':');
      return colon < 0
        ? { host: address, port: 26_379 }
        : { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    });
    return { sentinels, name, ...credentials(username, password), db: Number(db ?? 0) };
  }
  const parsed = new URL(url);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 6379),
    ...credentials(parsed.username, parsed.password),
    db: Number(parsed.pathname.slice(1) || 0),
    ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function credentials(username: string | undefined, password: string | undefined): RedisOptions {
  return {
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  };
}

function afterMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref();
  });
}
