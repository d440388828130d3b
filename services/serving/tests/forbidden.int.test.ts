import { common } from '@attune/contracts';
import { until } from '@attune/testkit';
import { userKey } from '../src/storage/user-keys';
import { writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';
import { openCuttableRedis } from './fixtures/cuttable-redis';

const ANN = 'ann';
const HOUR_MS = 3_600_000;

/** A fleet with two tiny models over item-0 to item-24. */
async function aFleet(): Promise<Fleet> {
  const fleet = await Fleet.open();
  const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
  fleet.inProduction = async () => models;
  return fleet;
}

type Target = { $case: 'authorId' | 'topic'; value: string };

const blockOn = (fleet: Fleet, userId: string, target: Target, removed = false) =>
  fleet.relate({ $case: 'block', value: { userId, target, since: undefined, removed } }, userId);
/** Which of these items are in a slate that has room for all. */
const shownOf = async (fleet: Fleet, userId: string, itemIds: readonly string[]) => {
  const ids = idsOf(await fleet.recommend(userId, { count: 40 }));
  return itemIds.filter((itemId) => ids.includes(itemId));
};

// Each test has users and items of its own.
describe('what must not be shown', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await aFleet();
    await fleet.start();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('leaves the slates of every replica within a second when it is taken out, and comes back', async () => {
    await using other = await fleet.startAnother();
    const shown = async () =>
      [await fleet.recommend(ANN, { count: 20 }), await other.recommend(ANN)].map((slate) =>
        idsOf(slate).includes('item-0'),
      );
    expect(await shown()).toEqual([true, true]);
    await fleet.upsertItem({ itemId: 'item-0', available: false });
    const takenOutAt = performance.now();
    await until('no replica shows it', async () => (await shown()).every((isShown) => !isShown));
    expect(performance.now() - takenOutAt).toBeLessThan(1_000);
    await fleet.upsertItem({ itemId: 'item-0', available: true });
    await until('both show it again', async () => (await shown()).every((isShown) => isShown));
  });

  it('is what a blocked author made, from the next slate on, until the block is taken away', async () => {
    const made = ['item-5', 'item-6', 'item-7'];
    for (const itemId of made.slice(0, 2)) await fleet.upsertItem({ itemId, authorId: 'alf' });
    expect(await shownOf(fleet, 'blocker', made)).toEqual(made);
    await blockOn(fleet, 'blocker', { $case: 'authorId', value: 'alf' });
    expect(await shownOf(fleet, 'blocker', made)).toEqual(['item-7']);
    expect(await shownOf(fleet, 'somebody-else', made)).toEqual(made);
    await fleet.upsertItem({ itemId: 'item-7', authorId: 'alf' });
    const { answer, record } = await fleet.explained('blocker', { count: 40 });
    expect(idsOf(answer)).not.toContain('item-7');
    expect(answer).toMatchObject({ degraded: [] });
    expect(record.filters).toContainEqual({
      ...{ filter: 'blocked_author', removedCount: 3 },
      removedItemIds: expect.arrayContaining(made),
    });
    await blockOn(fleet, 'blocker', { $case: 'authorId', value: 'alf' }, true);
    expect(await shownOf(fleet, 'blocker', made)).toEqual(made);
  });

  it('is what is about a hidden topic, as its category or a tag', async () => {
    await fleet.upsertItem({ itemId: 'item-8', category: 'crime' });
    await fleet.upsertItem({ itemId: 'item-9', category: 'drama', tags: ['noir', 'crime'] });
    await fleet.upsertItem({ itemId: 'item-10', category: 'drama' });
    await blockOn(fleet, 'hider', { $case: 'topic', value: 'crime' });
    expect(await shownOf(fleet, 'hider', ['item-8', 'item-9', 'item-10'])).toEqual(['item-10']);
  });

  it('may come back when the hours of the surface are over, by what was done with it', async () => {
    await fleet.surface('home', { seenHours: { view: 2, like: 2 } });
    const did = (type: string, itemId: string, hoursAgo: number) =>
      fleet.record('viewer', type, [itemId], undefined, new Date(Date.now() - hoursAgo * HOUR_MS));
    await did('view', 'item-11', 3);
    await did('view', 'item-12', 1);
    await did('like', 'item-13', 3);
    await did('view', 'item-13', 1);
    expect(await shownOf(fleet, 'viewer', ['item-11', 'item-12', 'item-13'])).toEqual(['item-11']);
  });
});

describe('what must not be shown, when Redis does not have it', () => {
  it('is what the feature-store alone knows to be blocked or taken out', async () => {
    await using fleet = await aFleet();
    const item = (itemId: string, changes: Partial<common.Item>) => common.Item.fromPartial({ itemId, ...changes });
    fleet.items = [item('item-0', { authorId: 'alf' }), item('item-1', { available: false })];
    let asked = 0;
    fleet.relations = async (userIds) => {
      asked++;
      return userIds.map((userId) => ({ userId, followeeIds: [], blockedAuthorIds: ['alf'], hiddenTopics: [] }));
    };
    await fleet.start({ ATTUNE_SERVING_SEEN_FRESH_MS: '0' });
    const shown = () => shownOf(fleet, ANN, ['item-0', 'item-1', 'item-2']);
    await until('the catalog is filled', async () => (await shown()).length === 1);
    const before = asked;
    expect(await shown()).toEqual(['item-2']);
    expect(asked).toBe(before);
  });

  it('stays away after Redis has lost everything', async () => {
    await using fleet = await aFleet();
    await fleet.start();
    await fleet.upsertItem({ itemId: 'item-0', available: false });
    await fleet.upsertItem({ itemId: 'item-1', authorId: 'alf' });
    await blockOn(fleet, ANN, { $case: 'authorId', value: 'alf' });
    await fleet.record(ANN, 'hide', ['item-2']);
    await fleet.record(ANN, 'like', ['item-3']);
    await fleet.stop();
    const { redis, close } = await openCuttableRedis(fleet.infra.redisUrl, fleet.infra.namespace);
    const names = ['marks', 'hidden', 'hidings', 'blocks', 'recents'] as const;
    await redis.del('projection', '{catalog}:facts', '{catalog}:changes', '{catalog}:state');
    await redis.del(...names.map((name) => userKey(ANN, name)));
    await close();
    await fleet.start();
    expect(await shownOf(fleet, ANN, ['item-0', 'item-1', 'item-2', 'item-3', 'item-4'])).toEqual(['item-4']);
  });
});

describe('what people like whom a user follows', () => {
  it('is in the slate and says so, and leaves it when they hide it or the user stops following them', async () => {
    await using fleet = await aFleet();
    await fleet.start({ ATTUNE_SERVING_SOCIAL_FRESH_MS: '0' });
    const follow = (followeeId: string, removed = false) =>
      fleet.relate({ $case: 'follow', value: { followerId: ANN, followeeId, since: undefined, removed } }, ANN);
    await fleet.upsertItem({ itemId: 'told-by-friends' });
    await fleet.record('ben', 'like', ['told-by-friends']);
    await fleet.record('cleo', 'share', ['told-by-friends']);
    await follow('ben');
    await follow('cleo');
    const found = async () =>
      (await fleet.recommend(ANN, { count: 30 })).items.find(({ itemId }) => itemId === 'told-by-friends')?.reason;
    expect(await found()).toBe('2 people you follow liked it');
    await fleet.record('ben', 'hide', ['told-by-friends']);
    expect(await found()).toBe('A person you follow liked it');
    await follow('cleo', true);
    expect(await found()).not.toMatch(/you follow/);
  });
});
