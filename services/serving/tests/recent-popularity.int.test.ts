import { closeRedis, keyPrefixFor, openRedis } from '@attune/redis';
import { until, useInfra } from '@attune/testkit';
import { ColumnarItemCatalog } from '../src/domain/catalog/item-catalog';
import { hourOf } from '../src/domain/popularity-hours';
import { hourKey, unionKey } from '../src/storage/popularity-keys';
import { RedisRecentPopularity } from '../src/storage/redis-recent-popularity';
import { waiting } from './fixtures/a-request';

const { redisUrl, namespace } = useInfra();
const redis = openRedis({ url: redisUrl, keyPrefix: keyPrefixFor(namespace, 'serving'), connectionName: 'test' });
const start = new Date('2026-05-01T12:30:00Z');
const hours = [hourOf(start), hourOf(start) - 12];

afterAll(async () => {
  await redis.del(unionKey, ...hours.map(hourKey));
  await closeRedis(redis);
});

it('ranks items by what was done in the last hours, by their numbers, and reads the store anew beside a slate', async () => {
  await redis.ping();
  const catalog = new ColumnarItemCatalog();
  let now = start;
  const popularity = new RedisRecentPopularity(redis, () => now, catalog);
  const top = async (count: number) => {
    const { items, scores } = await popularity.top(count, waiting);
    return Array.from(items, (item, at) => [catalog.idOf(item), scores[at]]);
  };
  expect(await top(5)).toEqual([]);
  await redis.zadd(hourKey(hours[0]!), 3, 'a', 1, 'b');
  await redis.zadd(hourKey(hours[1]!), 8, 'b');
  expect(await top(5)).toEqual([
    ['b', 5],
    ['a', 3],
  ]);
  expect(await top(1)).toEqual([['b', 5]]);
  await redis.zadd(hourKey(hours[0]!), 9, 'c');
  now = new Date(start.getTime() + 6_000);
  await until('the copy is new', async () => (await top(5))[0]?.[0] === 'c');
});
