import { type Redis, unavailableFromRedis } from '@attune/redis';

const SCAN_COUNT = 1_000;

/**
 * Keys of this service that match a pattern, some at once, pattern and keys without the service's prefix. A key that is there all the
 * while is found at least once.
 */
export async function* scanKeys(redis: Redis, match: string): AsyncGenerator<readonly string[]> {
  const prefix = redis.options.keyPrefix ?? '';
  const pattern = `${prefix.replace(/[*?[\]\\]/g, '\\$&')}${match}`;
  let cursor = '0';
  do {
    const page = redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
    const [next, keys] = await page.catch((error) => Promise.reject(unavailableFromRedis(error)));
    cursor = next;
    if (keys.length > 0) yield keys.map((key) => key.slice(prefix.length));
  } while (cursor !== '0');
}
