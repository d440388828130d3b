import { events } from '@attune/contracts';
import { items, writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';

const { Personalization } = events;

describe('Recommend with both models', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.open();
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('ranks by the taste of a user whom the model knows', async () => {
    const answer = await fleet.recommend('ann', { count: 4 });
    expect(idsOf(answer)).toEqual(items(0, 4));
    expect(answer).toMatchObject({
      strategy: 'collaborative_filtering',
      personalization: Personalization.PERSONAL,
      degraded: [],
      models: [{ name: 'als' }, { name: 'popularity' }],
    });
    expect(answer.items[0]).toMatchObject({
      sources: ['collaborative', 'trending'],
      reason: expect.stringMatching(/taste/),
    });
  });

  it('shows what is trending to a user whom no model knows, and says so', async () => {
    const answer = await fleet.recommend('nobody', { count: 3 });
    expect(idsOf(answer)).toEqual(['item-24', 'item-23', 'item-22']);
    expect(answer).toMatchObject({
      strategy: 'popularity_based',
      personalization: Personalization.UNKNOWN_USER,
      degraded: [],
    });
  });

  it('leaves out what the user has seen, but not what was only on the screen', async () => {
    await fleet.record('ben', 'view', ['item-19']);
    await fleet.record('ben', 'impression', ['item-18']);
    expect(idsOf(await fleet.recommend('ben', { count: 2 }))).toEqual(['item-18', 'item-17']);
  });

  it('brings seen items back for a caller that asks for them, but never a hidden one', async () => {
    await fleet.record('ben', 'view', ['item-19']);
    await fleet.record('ben', 'hide', ['item-16']);
    const answer = await fleet.recommend('ben', { count: 4, includeSeen: true });
    expect(idsOf(answer)).toEqual(['item-19', 'item-18', 'item-17', 'item-15']);
  });

  it('shows an item again after the hide was taken back', async () => {
    await fleet.record('cleo', 'hide', ['item-24']);
    expect(idsOf(await fleet.recommend('cleo', { count: 1 }))).toEqual(['item-23']);
    await fleet.record('cleo', 'unhide', ['item-24']);
    expect(idsOf(await fleet.recommend('cleo', { count: 1 }))).toEqual(['item-24']);
  });

  it('leaves out what the caller excludes', async () => {
    const answer = await fleet.recommend('ann', { count: 2, excludeItemIds: ['item-0', 'item-2'] });
    expect(idsOf(answer)).toEqual(['item-1', 'item-3']);
  });

  it('fills up with what is trending when the personal candidates run out', async () => {
    const answer = await fleet.recommend('ann', { count: 23 });
    expect(idsOf(answer)).toEqual([...items(0, 20), 'item-24', 'item-23', 'item-22']);
    expect(answer.items[20]!.sources).toEqual(['trending']);
  });

  it('passes over any number of seen items as long as there are others', async () => {
    await fleet.record('dora', 'like', items(1, 25));
    const answer = await fleet.recommend('dora', { count: 5 });
    expect(idsOf(answer)).toEqual(['item-0']);
  });

  it('writes a decision record that equals the answer', async () => {
    await fleet.record('eve', 'view', ['item-24']);
    const answer = await fleet.recommend('eve', {
      count: 2,
      context: { device: 'phone' },
      excludeItemIds: ['item-23'],
    });
    await fleet.stop();
    const { key, record } = (await fleet.decisions()).find(({ record }) => record.decisionId === answer.decisionId)!;
    await fleet.start();
    expect(key).toBe('eve');
    expect(record).toMatchObject({
      userId: 'eve',
      surface: 'home',
      requestedCount: 2,
      strategy: answer.strategy,
      strategyPropensity: 1,
      personalization: answer.personalization,
      models: answer.models,
      degraded: answer.degraded,
      context: { device: 'phone' },
      candidateCount: 25,
      filters: [
        { filter: 'already_seen', removedCount: 1, removedItemIds: ['item-24'] },
        { filter: 'hidden', removedCount: 0 },
        { filter: 'excluded', removedCount: 1, removedItemIds: ['item-23'] },
      ],
      sources: [
        { source: 'collaborative', candidateCount: 0 },
        { source: 'trending', candidateCount: 25 },
      ],
    });
    expect(record.slate.map(({ itemId, score, position }) => ({ itemId, score, position }))).toEqual(
      answer.items.map(({ itemId, score, position }) => ({ itemId, score, position })),
    );
    expect(record.runnersUp).toHaveLength(21);
  });

  it('loses no decision record when it stops right after the answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => fleet.recommend('ann', { count: 1 })));
    await fleet.stop();
    const kept = new Set((await fleet.decisions()).map(({ record }) => record.decisionId));
    await fleet.start();
    expect(answers.filter(({ decisionId }) => !kept.has(decisionId))).toEqual([]);
  });

  it('names every field that is wrong', async () => {
    const error = await fleet
      .recommend('', { count: 501, excludeItemIds: Array.from({ length: 10_001 }, (_, i) => `${i}`) })
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: expect.stringMatching(/^invalid/) });
    expect((error as { violations: { field: string }[] }).violations.map(({ field }) => field)).toEqual([
      'user_id',
      'count',
      'exclude_item_ids',
    ]);
  });
});
