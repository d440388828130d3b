import { type common, events, serving } from '@attune/contracts';
import { anInteraction, useInfra } from '@attune/testkit';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation, SMALL_FEED } from '../support/load-simulation';
import { trainAndPromote } from '../support/train';

jest.setTimeout(60_000);
const infra = useInfra();
const SEEN_TYPES = new Set(['view', 'click', 'like', 'comment', 'share']);
const USER = 'u000001';
let fleet: Fleet;
let interactions: readonly common.Interaction[];

const recommend = (request: Partial<serving.RecommendRequest> = {}) =>
  fleet.client('serving').recommend(serving.RecommendRequest.fromPartial({ userId: USER, count: 10, ...request }));
const idsOf = ({ items }: serving.RecommendResponse) => items.map(({ itemId }) => itemId);
const seenBy = (userId: string) =>
  new Set(interactions.filter((one) => one.userId === userId && SEEN_TYPES.has(one.type)).map(({ itemId }) => itemId));

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'] });
  const loaded = await loadSimulation(fleet.client('feature-store'));
  interactions = loaded.interactions;
  expect(loaded.acceptedCount).toBe(interactions.length);
  await trainAndPromote(fleet.client('training'), 'popularity');
  await trainAndPromote(fleet.client('training'), 'als', { rank: 8, iterations: 4 });
  await fleet.caughtUp();
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

describe('a fleet that was fed and trained', () => {
  it('counts everything that it was told', async () => {
    const stats = await fleet.client('feature-store').getStoreStats({});
    const { users: userCount, items: itemCount } = SMALL_FEED;
    expect(stats).toMatchObject({ userCount, itemCount, interactionCount: interactions.length, pendingCount: 0 });
    expect(stats.followCount).toBeGreaterThan(0);
  });

  it('serves both models', async () => {
    const state = await fleet.client('serving').getServingState({});
    expect(state.models.map(({ ref }) => ref?.name).sort()).toEqual(['als', 'popularity']);
    expect(state).toMatchObject({ refused: [], pendingCount: 0 });
    expect(state.stages).toEqual(expect.arrayContaining(['sources/collaborative', 'sources/trending']));
  });

  it('recommends ten different items that the user has not seen', async () => {
    const slate = await recommend();
    const seen = seenBy(USER);
    expect(seen.size).toBeGreaterThan(0);
    expect(new Set(idsOf(slate)).size).toBe(10);
    expect(idsOf(slate).filter((itemId) => seen.has(itemId))).toEqual([]);
    expect(slate).toMatchObject({ personalization: events.Personalization.PERSONAL, degraded: [] });
  });

  it('keeps a decision record that says what was answered', async () => {
    const slate = await recommend({ surface: 'e2e' });
    const record = await fleet.decision(slate.decisionId);
    expect(record).toMatchObject({ userId: USER, surface: 'e2e', requestedCount: 10 });
    expect({ ...record, items: record.slate.map(asAnswered) }).toMatchObject({
      items: slate.items.map(({ itemId, position, score, sources }) => ({ itemId, position, score, sources })),
      strategy: slate.strategy,
      personalization: slate.personalization,
      models: slate.models,
    });
  });

  it('leaves out what the caller excludes', async () => {
    const excludeItemIds = idsOf(await recommend()).slice(0, 5);
    const slate = await recommend({ excludeItemIds });
    expect(idsOf(slate)).toHaveLength(10);
    expect(idsOf(slate).filter((itemId) => excludeItemIds.includes(itemId))).toEqual([]);
  });

  it('serves somebody unknown with what is trending, and says so', async () => {
    const slate = await recommend({ userId: 'stranger' });
    expect(idsOf(slate)).toHaveLength(10);
    expect(slate.personalization).toBe(events.Personalization.UNKNOWN_USER);
    expect(slate.items.every(({ sources }) => sources.includes('trending'))).toBe(true);
  });

  it('does not show an item again that the user has just liked', async () => {
    const [itemId] = idsOf(await recommend());
    const like = anInteraction({ userId: USER, itemId, occurredAt: undefined });
    await fleet.client('feature-store').recordInteractions({ interactions: [like], producer: 'e2e' });
    await fleet.caughtUp();
    expect(idsOf(await recommend())).not.toContain(itemId);
  });

  it('finds items that are like an item', async () => {
    const itemId = mostLikedItem();
    const { items, model } = await fleet
      .client('serving')
      .similarItems(serving.SimilarItemsRequest.fromPartial({ itemId, count: 5 }));
    expect(items).toHaveLength(5);
    expect(items.map((item) => item.itemId)).not.toContain(itemId);
    expect(model?.name).toBe('als');
  });
});

describe('a fleet that loses services', () => {
  it('serves on without training, from the models that it has, even after serving was restarted', async () => {
    await fleet.stop('training');
    await fleet.restart('serving');
    const slate = await recommend();
    expect(idsOf(slate)).toHaveLength(10);
    expect(slate.personalization).toBe(events.Personalization.PERSONAL);
    await fleet.start('training');
  });

  it('serves on without the feature-store, which has the decision records when it comes back', async () => {
    const { interactionCount } = await fleet.client('feature-store').getStoreStats({});
    await fleet.stop('feature-store');
    const slate = await recommend();
    await fleet.start('feature-store');
    expect((await fleet.decision(slate.decisionId)).slate.map(({ itemId }) => itemId)).toEqual(idsOf(slate));
    expect((await fleet.client('feature-store').getStoreStats({})).interactionCount).toBe(interactionCount);
  });
});

function asAnswered({ itemId, position, score, sourceScores }: events.DecidedItem) {
  return { itemId, position, score, sources: sourceScores.map(({ source }) => source) };
}

function mostLikedItem(): string {
  const counts = new Map<string, number>();
  for (const { itemId, type } of interactions) {
    if (type === 'like') counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]![0];
}
