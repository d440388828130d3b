import { type common, featureStore, serving } from '@attune/contracts';
import { closeRedis, openRedis } from '@attune/redis';
import { anInteraction, anItem, until, useInfra } from '@attune/testkit';
import { type Fleet, startFleet } from '../support/fleet';

jest.setTimeout(60_000);
const infra = useInfra();
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'] });
  const items = ['by-loud', 'by-quiet', 'about-war', 'to-be-taken-out', 'liked-by-ben'].map((itemId) =>
    anItem({
      ...{ itemId, authorId: itemId === 'by-loud' ? 'loud' : 'quiet', publishedAt: new Date() },
      ...{ category: 'news', tags: itemId === 'about-war' ? ['war'] : [] },
    }),
  );
  await store().upsertItems({ items, requestId: '' });
  // Nobody has a model: what people did lately and what is new make the slates.
  const liked = items.map(({ itemId }) => anInteraction({ userId: 'somebody', itemId, type: 'like' }));
  await store().recordInteractions(featureStore.RecordInteractionsRequest.fromPartial({ interactions: liked }));
  await fleet.caughtUp();
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const store = () => fleet.client('feature-store');
const slateOf = async (userId: string) =>
  (await fleet.client('serving').recommend(serving.RecommendRequest.fromPartial({ userId, count: 20 }))).items;
const idsOf = async (userId: string) => (await slateOf(userId)).map(({ itemId }) => itemId);
const block = (userId: string, target: common.Block['target'], removed = false) =>
  store().setBlocks({ blocks: [{ userId, target, since: undefined, removed }], requestId: '' });

describe('what a user does not want to see', () => {
  it('is in no slate once SetBlocks has answered, and comes back when that is taken back', async () => {
    expect(await idsOf('ann')).toEqual(expect.arrayContaining(['by-loud', 'about-war']));
    await block('ann', { $case: 'authorId', value: 'loud' });
    expect(await idsOf('ann')).not.toContain('by-loud');
    await block('ann', { $case: 'topic', value: 'war' });
    expect(await idsOf('ann')).not.toContain('about-war');
    await block('ann', { $case: 'authorId', value: 'loud' }, true);
    await until('the author is back', async () => (await idsOf('ann')).includes('by-loud'));
    expect(await idsOf('ben')).toContain('about-war');
  });

  it('stays away when serving starts with an empty Redis: the feature-store knows', async () => {
    await block('cleo', { $case: 'topic', value: 'war' });
    await store().upsertItems({ items: [anItem({ itemId: 'to-be-taken-out', available: false })], requestId: '' });
    await fleet.caughtUp();
    await fleet.stop('serving');
    const redis = openRedis({ url: infra.redisUrl, keyPrefix: '', connectionName: 'test' });
    const mine = await redis.keys(`${infra.namespace}:serving:{*`);
    // the marker stays, so that nothing is replayed from the log
    await redis.del(...mine.filter((key) => !key.includes('{popularity}')));
    await closeRedis(redis);
    await fleet.start('serving');
    await until('the catalog is whole', async () => !(await idsOf('cleo')).includes('to-be-taken-out'));
    const ids = await idsOf('cleo');
    expect(ids).toContain('by-quiet');
    expect(ids).not.toContain('about-war');
  });
});

describe('what people like whom a user follows', () => {
  it('is in the slate, which says so', async () => {
    const follow = { followerId: 'dora', followeeId: 'ben', since: undefined, removed: false };
    await store().setFollows({ follows: [follow], requestId: '' });
    const interactions = [anInteraction({ userId: 'ben', itemId: 'liked-by-ben', type: 'like' })];
    await store().recordInteractions(featureStore.RecordInteractionsRequest.fromPartial({ interactions }));
    await fleet.caughtUp();
    const item = (await slateOf('dora')).find(({ itemId }) => itemId === 'liked-by-ben');
    expect(item?.reason).toBe('A person you follow liked it');
  });
});
