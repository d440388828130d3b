import { closeRedis, keyPrefixFor, openRedis } from '@attune/redis';
import { seededRandom, useInfra } from '@attune/testkit';
import { ColumnarItemCatalog } from '../src/domain/catalog/item-catalog';
import { RedisLikes } from '../src/storage/redis-likes';
import { makeTakeOverOldUsers } from '../src/storage/take-over-old-users';
import { type Did, keptUsersOn } from './fixtures/kept-users';

const { redisUrl, namespace } = useInfra();
const redis = openRedis({ url: redisUrl, keyPrefix: keyPrefixFor(namespace, 'serving'), connectionName: 'test' });
const catalog = new ColumnarItemCatalog();
for (const itemId of ['a', 'b', 'c', 'd']) catalog.numberOf(itemId);
const { consume, read, summary } = keptUsersOn(redis, catalog);

async function forgetAll(): Promise<void> {
  const prefix = redis.options.keyPrefix!;
  const keys = (await redis.keys(`${prefix}*`)).map((key) => key.slice(prefix.length));
  if (keys.length > 0) await redis.del(...keys);
}

describe('what is kept of a user', () => {
  beforeEach(forgetAll);
  afterAll(async () => {
    await forgetAll();
    await closeRedis(redis);
  });

  const HOUR = 3_600_000;

  it('knows what was done with an item, by type and last time, and lets views end', async () => {
    await consume({ type: 'view', item: 'a', at: 1 * HOUR }, { type: 'view', item: 'a', at: 3 * HOUR });
    await consume({ type: 'view', item: 'a', at: 2 * HOUR }, { type: 'like', item: 'b', at: 1 * HOUR });
    const { seen } = await read('ann');
    const [a, b, c] = ['a', 'b', 'c'].map((itemId) => catalog.find(itemId)) as [number, number, number];
    const hours = { view: 24, like: 1 };
    expect([a, b, c].map((item) => seen.has(item, hours, 3 * HOUR + 1))).toEqual([true, false, false]);
    expect([a, b].map((item) => seen.has(item, hours, 27 * HOUR + 1))).toEqual([false, false]);
    expect(seen.size).toBe(2);
  });

  it('keeps the newest of what was seen, and impressions do not push out the rest', async () => {
    const { consume: consumeFew, read: readFew } = keptUsersOn(redis, catalog, { maxSeen: 2, maxShown: 1 });
    await consumeFew({ type: 'view', item: 'c', at: 3_000 }, { type: 'view', item: 'a', at: 1_000 });
    await consumeFew({ type: 'like', item: 'b', at: 2_000 }, { type: 'like', item: 'b', at: 1_000 });
    await consumeFew({ type: 'view', item: 'a', at: 1_000 }, { type: 'click', item: 'd', at: 500 });
    for (const at of [9_000, 9_900, 9_400])
      await consumeFew({ type: 'impression', item: at === 9_900 ? 'd' : 'a', at });
    const { seen } = await readFew('ann');
    const isKept = (type: string) =>
      ['a', 'b', 'c', 'd'].filter((itemId) => seen.has(catalog.find(itemId), { [type]: 1 }, 10_000));
    expect(['view', 'like', 'click', 'impression'].map(isKept)).toEqual([['c'], ['b'], [], ['d']]);
    expect(seen.size).toBe(3);
  });

  it('does not keep away what was only on the screen', async () => {
    await consume({ type: 'impression', item: 'a', at: 1 }, { type: 'follow_author', item: 'b', at: 1 });
    expect((await summary()).seen).toEqual([]);
  });

  it('says that it is provisional while something hidden has no number', async () => {
    await consume({ type: 'hide', item: 'hidden-early', at: 1 });
    const early = await read('ann');
    expect([early.isProvisional, early.hidden.size]).toEqual([true, 0]);
    const number = catalog.numberOf('hidden-early');
    early.catchUp?.();
    expect([...early.hidden]).toEqual([number]);
    const { hidden, isProvisional } = await read('ann');
    expect([[...hidden], isProvisional]).toEqual([[number], false]);
  });

  it('recognizes an item that gets its number later', async () => {
    await consume({ type: 'view', item: 'late', at: 1 });
    const { seen } = await read('ann');
    expect(seen.has(catalog.numberOf('late'), { view: Number.POSITIVE_INFINITY }, 2)).toBe(true);
  });

  it('keeps what was liked lately with its strength and time, newest first', async () => {
    await consume({ type: 'like', item: 'a', at: 10 }, { type: 'view', item: 'b', at: 30 });
    await consume({ type: 'share', item: 'c', at: 40, happened: 20 });
    await consume({ type: 'rating', value: 4, item: 'd', at: 5 });
    expect((await summary()).recents).toEqual([
      ['b', 0.2, 30],
      ['c', 2, 20],
      ['a', 1, 10],
      ['d', 0.5, 5],
    ]);
  });

  it.each(['hide', 'report', 'dislike'])('takes a like out as soon as the item gets a %s', async (type) => {
    await consume({ type: 'like', item: 'a', at: 1 }, { type: 'like', item: 'b', at: 2 });
    await consume({ type, item: 'a', at: 3 });
    const { recents, rejected } = await summary();
    expect(recents).toEqual([['b', 1, 2]]);
    expect(rejected).toEqual([['a', { hide: -2, report: -3, dislike: -1 }[type], 3]]);
  });

  it('brings no like back with an unhide, and holds nothing against the item any more', async () => {
    await consume({ type: 'like', item: 'a', at: 1 }, { type: 'hide', item: 'a', at: 2 });
    await consume({ type: 'unhide', item: 'a', at: 3 });
    expect(await summary()).toMatchObject({ hidden: [], recents: [], rejected: [] });
    await consume({ type: 'like', item: 'a', at: 4 });
    expect((await summary()).recents).toEqual([['a', 1, 4]]);
  });

  it('keeps fifty items', async () => {
    await consume(...Array.from({ length: 60 }, (_, at): Did => ({ type: 'like', item: `many-${at}`, at: at + 1 })));
    for (let at = 0; at < 60; at++) catalog.numberOf(`many-${at}`);
    const { recents } = await summary();
    expect([recents.length, recents[0], recents[49]]).toEqual([50, ['many-59', 1, 60], ['many-10', 1, 11]]);
  });

  it('comes to the same whatever the order in which events come, and however often', async () => {
    const random = seededRandom(7);
    const types = ['view', 'click', 'like', 'rating', 'dislike', 'hide', 'unhide', 'impression'];
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
    const events = Array.from(
      { length: 60 },
      (_, at): Did => ({
        ...{ type: pick(types), item: pick(['a', 'b', 'c', 'd']), at: (at + 1) * 1_000 },
        ...{ happened: (at + 1) * 1_000 - Math.floor(random() * 20_000), value: 1 + Math.floor(random() * 5) },
      }),
    ).map((event) => ({ ...event, happened: Math.max(1, event.happened ?? 0) }));
    const results: unknown[] = [];
    for (let round = 0; round < 8; round++) {
      await forgetAll();
      const again = [...events, ...events.filter(() => random() < 0.3)];
      if (round > 0) again.sort(() => random() - 0.5);
      for (let from = 0; from < again.length; from += 7) await consume(...again.slice(from, from + 7));
      results.push(await summary());
    }
    expect(results[0]).toMatchObject({ seen: expect.arrayContaining(['a']) });
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('tells of many users at once what they liked and refuse', async () => {
    await consume({ user: 'ben', type: 'like', item: 'a', at: 1 }, { user: 'ben', type: 'dislike', item: 'b', at: 2 });
    const likes = await new RedisLikes(redis, catalog).likesOf(['ben', 'nobody']);
    expect(likes).toEqual([
      { userId: 'ben', refused: undefined, deeds: [{ item: catalog.find('a'), strength: 1, atMs: 1 }] },
      { userId: 'nobody', refused: undefined, deeds: [] },
    ]);
  });

  it('takes over what an earlier build kept, which stays seen, hidden and refused', async () => {
    await redis.sadd('seen:ann', 'a', 'b');
    await redis.sadd('hidden:ann', 'c');
    await redis.hset('hidings:ann', 'c', 5);
    await redis.set('consent:ann', '5|p|e1');
    await makeTakeOverOldUsers(redis, () => new Date(9_000))();
    expect(await summary()).toMatchObject({ seen: ['a', 'b'], hidden: ['c'] });
    expect((await read('ann')).refused).toEqual(['personalization']);
    const left = (await redis.keys('*')).filter((key) => key.startsWith(namespace));
    expect(left.filter((key) => !key.includes('{user:ann}'))).toEqual([]);
  });
});
