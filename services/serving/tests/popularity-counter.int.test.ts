import { closeRedis, openRedis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import { hourOf } from '../src/domain/popularity-hours';
import type { UserEvent } from '../src/domain/seen-changes';
import { hourKey } from '../src/storage/popularity-keys';
import { RedisPopularityCounter } from '../src/storage/redis-popularity-counter';

const { redisUrl, namespace } = useInfra();
const now = new Date('2026-03-04T05:06:07Z');
const redis = openRedis({ url: redisUrl, keyPrefix: `${namespace}:serving:`, connectionName: 'test' });

/** A process of serving, as far as counting goes: it remembers what it counted until it ends. */
const aProcess = () => new RedisPopularityCounter(redis, () => now);

const like = (eventId: string, itemId = 'item'): UserEvent => ({
  eventId,
  itemId,
  userId: 'user',
  type: 'like',
  acceptedAt: now,
  appendedAt: now,
});

const countOf = async (itemId: string) => Number(await redis.zscore(hourKey(hourOf(now)), itemId));

describe('the popularity counter', () => {
  beforeEach(async () => {
    const keys = await redis.keys(`${namespace}:serving:*`);
    for (const key of keys) await redis.del(key.slice(`${namespace}:serving:`.length));
  });
  afterAll(() => closeRedis(redis));

  it('counts a batch that comes again once', async () => {
    const counter = aProcess();
    await counter.record(0, [like('a'), like('b')]);
    await counter.record(0, [like('a'), like('b')]);
    expect(await countOf('item')).toBe(2);
  });

  it('counts what is new in a batch that overlaps the last one', async () => {
    const counter = aProcess();
    await counter.record(0, [like('a'), like('b')]);
    await counter.record(0, [like('b'), like('c')]);
    expect(await countOf('item')).toBe(3);
  });

  it('knows after a restart what was counted before', async () => {
    await aProcess().record(0, [like('a'), like('b')]);
    await aProcess().record(0, [like('a'), like('b'), like('c')]);
    expect(await countOf('item')).toBe(3);
  });

  it('learns what another process counted since it had the partition itself', async () => {
    const first = aProcess();
    await first.record(0, [like('a')]);
    await aProcess().record(0, [like('b')]);
    await first.record(0, [like('a'), like('b'), like('c')]);
    expect(await countOf('item')).toBe(3);
  });

  it('keeps partitions apart, since each has a consumer of its own', async () => {
    const counter = aProcess();
    await counter.record(0, [like('a', 'x')]);
    await counter.record(1, [like('b', 'x')]);
    await counter.record(1, [like('b', 'x')]);
    expect(await countOf('x')).toBe(2);
  });

  it('counts anew when Redis has lost everything', async () => {
    const counter = aProcess();
    await counter.record(0, [like('a')]);
    const keys = await redis.keys(`${namespace}:serving:*`);
    for (const key of keys) await redis.del(key.slice(`${namespace}:serving:`.length));
    await counter.record(0, [like('a')]);
    expect(await countOf('item')).toBe(1);
  });

  it('remembers a generation that has just become full', async () => {
    const counter = aProcess();
    // Ids of 400 characters fill a generation of 800,000 bytes with 2,000 of them.
    const many = Array.from({ length: 2_100 }, (_, i) => like(`${i}-`.padEnd(400, 'x'), 'many'));
    await counter.record(0, many);
    await aProcess().record(0, many);
    expect(await countOf('many')).toBe(2_100);
  });
});
