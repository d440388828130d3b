import { closeRedis, keyPrefixFor, openRedis } from '@attune/redis';
import { until, useInfra } from '@attune/testkit';
import { ColumnarItemCatalog } from '../src/domain/catalog/item-catalog';
import { type ItemFacts, itemFactsOf, type StatedItem } from '../src/domain/catalog/item-facts';
import type { ItemLister } from '../src/item-ports';
import { RedisItemProjection } from '../src/storage/redis-item-projection';
import { makeFillItems } from '../src/use-cases/fill-items';
import { makeFollowItems } from '../src/use-cases/follow-items';
import { keepItems } from '../src/use-cases/keep-items';
import { NOW, waiting } from './fixtures/a-request';

const { redisUrl, namespace } = useInfra();
const redis = openRedis({ url: redisUrl, keyPrefix: keyPrefixFor(namespace, 'serving'), connectionName: 'test' });
let epochs = 0;
const projection = new RedisItemProjection(redis, () => `epoch-${epochs++}`);

const stated = (itemId: string, changes: Partial<StatedItem> = {}): StatedItem => ({
  ...{ itemId, authorId: '', category: '', tags: [] },
  ...changes,
});
const change = (item: StatedItem, at: number, eventId = `${item.itemId}-${at}`) => ({
  ...{ facts: itemFactsOf(item), acceptedAtMs: at, eventId },
});

/** A replica: its catalog, and how it keeps up. */
function aReplica() {
  const catalog = new ColumnarItemCatalog();
  let taken = 0;
  const put = (facts: ItemFacts) => {
    taken++;
    catalog.put(facts);
  };
  const follower = makeFollowItems({ projection, catalog: { put } });
  const isAvailable = (itemId: string) => catalog.isAvailable(catalog.numberOf(itemId));
  return { catalog, follower, catchUp: follower.catchUp, isAvailable, taken: () => taken };
}

/** A feature-store with these items, a few to a page. */
function aLister(items: readonly StatedItem[], pageSize = 2): ItemLister & { readonly pages: string[] } {
  const pages: string[] = [];
  return {
    pages,
    list: async (pageToken) => {
      pages.push(pageToken);
      const from = Number(pageToken);
      const isLast = from + pageSize >= items.length;
      return { items: items.slice(from, from + pageSize), nextPageToken: isLast ? '' : `${from + pageSize}` };
    },
  };
}

const lose = () => redis.del('{catalog}:facts', '{catalog}:changes', '{catalog}:state', '{catalog}:filling');

beforeEach(() => redis.ping().then(lose));
afterAll(async () => {
  await lose();
  await closeRedis(redis);
});

describe('the projection of items', () => {
  it('brings everything that slates need of an item to every replica, and later only what changed', async () => {
    const [one, other] = [aReplica(), aReplica()];
    const publishedAt = new Date('2026-04-01T00:00:00Z');
    const film = stated('film', { authorId: 'a|lf', category: 'drama', tags: ['noir'], publishedAt, available: false });
    await projection.put([change(film, 1), change(stated('bare'), 1)]);
    await Promise.all([one.catchUp(), other.catchUp()]);
    for (const { catalog, isAvailable } of [one, other]) {
      const item = catalog.find('film');
      expect(Array.from(catalog.topicsOf(item), (topic) => catalog.topicName(topic))).toEqual(['drama', 'noir']);
      expect([catalog.authorId(catalog.authorOf(item)), catalog.publishedAtMs(item)]).toEqual(['a|lf', +publishedAt]);
      expect([isAvailable('film'), isAvailable('bare')]).toEqual([false, true]);
      expect([catalog.categoryOf(catalog.find('bare')), catalog.authorOf(catalog.find('bare'))]).toEqual([-1, -1]);
    }
    await projection.put([change({ ...film, available: true }, 2)]);
    await one.catchUp();
    expect([one.isAvailable('film'), one.taken()]).toEqual([true, 3]);
  });

  it('lets the later change stay, in whatever order they come, by (accepted at, event id)', async () => {
    const changes = [
      change(stated('a', { category: 'first' }), 5, 'x'),
      change(stated('a', { category: 'tie' }), 7, 'x'),
      change(stated('a', { category: 'last' }), 7, 'y'),
    ];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0, 1],
    ]) {
      await lose();
      for (const at of order) await projection.put([changes[at]!]);
      const { catalog, catchUp } = aReplica();
      await catchUp();
      expect(catalog.topicName(catalog.categoryOf(catalog.find('a')))).toBe('last');
    }
  });

  it('tells nobody of a change that says nothing new', async () => {
    const { catchUp, taken } = aReplica();
    await projection.put([change(stated('a'), 1)]);
    await catchUp();
    await projection.put([change(stated('a'), 2), change(stated('a'), 1)]);
    await catchUp();
    expect(taken()).toBe(1);
  });

  it('is taken over page by page however many there are', async () => {
    const items = Array.from({ length: 2_500 }, (_, at) => change(stated(`item-${at}`), 1));
    await projection.put(items);
    const { catalog, catchUp } = aReplica();
    expect(await catchUp()).toEqual({ isWhole: false, changedCount: 2_500 });
    expect(catalog.size).toBe(2_500);
  });

  it('is taken over anew when it was lost and came back', async () => {
    const replica = aReplica();
    await projection.put([change(stated('a', { available: false }), 1), change(stated('b'), 1)]);
    await replica.catchUp();
    await lose();
    await replica.catchUp();
    expect(replica.isAvailable('a')).toBe(false);
    await projection.put([change(stated('a'), 2)]);
    await replica.catchUp();
    expect(replica.isAvailable('a')).toBe(true);
  });

  it('gives a caller a round that began after the call', async () => {
    const { catalog, catchUp } = aReplica();
    const under = catchUp();
    await projection.put([change(stated('new'), 1)]);
    await catchUp();
    await under;
    expect(catalog.find('new')).toBe(0);
  });
});

describe('filling the projection from the feature-store', () => {
  const fillFrom = (lister: ItemLister, holder = 'one') =>
    makeFillItems({ lister, projection, holder, clock: () => NOW });

  it('brings every item, and gives way to what the log says', async () => {
    await projection.put([change(stated('b', { category: 'from the log' }), 1)]);
    const lister = aLister(['a', 'b', 'c'].map((itemId) => stated(itemId, { category: 'stored' })));
    expect(await fillFrom(lister)(waiting)).toBe(3);
    const { catalog, catchUp } = aReplica();
    expect(await catchUp()).toMatchObject({ isWhole: true });
    const categories = ['a', 'b', 'c'].map((itemId) => catalog.topicName(catalog.categoryOf(catalog.find(itemId))));
    expect(categories).toEqual(['stored', 'from the log', 'stored']);
    expect(lister.pages).toEqual(['', '2']);
  });

  it('is done by one replica at a time', async () => {
    const lister = aLister([stated('a')]);
    expect(await projection.holdFilling('other')).toBe(true);
    expect(await fillFrom(lister)(waiting)).toBeUndefined();
    expect(lister.pages).toEqual([]);
  });

  it('goes on until it is done, though the feature-store is away at first, and nobody waits for it', async () => {
    const { follower, catalog } = aReplica();
    const lister = aLister([stated('a'), stated('b')]);
    let failures = 2;
    const flaky: ItemLister = {
      list: (...asked) => (failures-- > 0 ? Promise.reject(new Error('away')) : lister.list(...asked)),
    };
    const logged: string[] = [];
    const filled = Promise.withResolvers<void>();
    await using _ = await keepItems({
      ...{ follower, fill: fillFrom(flaky), pollMs: 1, whenLost: () => undefined },
      logger: {
        warn: (_, message) => void logged.push(message),
        info: (_, message) => {
          logged.push(message);
          filled.resolve();
        },
      },
    });
    expect(catalog.size).toBe(0);
    await filled.promise;
    await follower.catchUp();
    expect(catalog.size).toBe(2);
    expect(logged).toEqual([
      expect.stringMatching(/cannot be filled from the feature-store yet/),
      'the catalog of items was filled from the feature-store',
    ]);
  });

  it('happens again when the projection is lost, and whoever keeps other things there hears of it', async () => {
    const { catchUp } = aReplica();
    let wholeRounds = 0;
    const follower = {
      catchUp: async () => {
        const found = await catchUp();
        if (found.isWhole) wholeRounds++;
        return found;
      },
    };
    const fill = fillFrom(aLister([stated('a')]));
    let lost = 0;
    const whenLost = () => {
      lost++;
    };
    const logger = { warn: () => undefined, info: () => undefined };
    await using _ = await keepItems({ follower, fill, pollMs: 1, whenLost, logger });
    // the second round begins when the first is over
    await until('it is filled', async () => wholeRounds > 1);
    expect(lost).toBe(0);
    await lose();
    wholeRounds = 0;
    await until('it is filled again', async () => wholeRounds > 0);
    expect(lost).toBe(1);
  });
});
