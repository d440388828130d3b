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
    await fleet.surface('taste', {
      strategies: { collaborative_filtering: 1 },
      diversity: { most: 0, novelty: 0 },
      exploration: { share: 0 },
    });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const byTaste = (userId: string, count: number, more: object = {}) =>
    fleet.recommend(userId, { surface: 'taste', count, ...more });

  it('ranks by the taste of a user whom the model knows', async () => {
    const answer = await byTaste('ann', 4);
    expect(idsOf(answer)).toEqual(items(0, 4));
    expect(answer).toMatchObject({
      strategy: 'collaborative_filtering',
      surfaceVersion: 1,
      personalization: Personalization.PERSONAL,
      degraded: [],
      models: [{ name: 'als' }, { name: 'popularity' }],
    });
    expect(answer.items[0]).toMatchObject({ placedBy: 'rank', reason: expect.stringMatching(/taste/) });
    expect(answer.items[0]!.sources).toEqual(expect.arrayContaining(['collaborative', 'trending']));
  });

  it('blends taste and popularity on the surface home: all three orders differ', async () => {
    const blended = idsOf(await fleet.recommend('ann', { count: 20 }));
    const popular = idsOf(await fleet.recommend('nobody', { count: 20 }));
    expect(blended).not.toEqual(idsOf(await byTaste('ann', 20)));
    expect(blended).not.toEqual(popular);
    const { slate } = (await fleet.explained('ann')).record;
    expect(slate[0]!.partScores.map(({ part }) => part)).toEqual(['collaborative', 'popularity']);
    for (const { partScores, score } of slate) {
      expect(partScores.reduce((sum, { weight, calibrated }) => sum + weight * calibrated, 0)).toBeCloseTo(score, 9);
    }
  });

  it('shows what is trending to a user whom no model knows, and says so', async () => {
    const answer = await byTaste('nobody', 3);
    expect(idsOf(answer)).toEqual(['item-24', 'item-23', 'item-22']);
    expect(answer).toMatchObject({ personalization: Personalization.UNKNOWN_USER, degraded: [] });
  });

  it('leaves out what the user has seen, but not what was only on the screen', async () => {
    await fleet.record('ben', 'view', ['item-19']);
    await fleet.record('ben', 'impression', ['item-18']);
    const slate = idsOf(await byTaste('ben', 25));
    expect(slate).not.toContain('item-19');
    expect(slate).toContain('item-18');
  });

  it('brings seen items back for a caller that asks for them, but never a hidden one', async () => {
    await fleet.record('ben', 'view', ['item-19']);
    await fleet.record('ben', 'hide', ['item-16']);
    const slate = idsOf(await byTaste('ben', 25, { includeSeen: true }));
    expect(slate).toContain('item-19');
    expect(slate).not.toContain('item-16');
  });

  it('shows an item again after the hide was taken back', async () => {
    await fleet.record('cleo', 'hide', ['item-24']);
    expect(idsOf(await byTaste('cleo', 1))).toEqual(['item-23']);
    await fleet.record('cleo', 'unhide', ['item-24']);
    expect(idsOf(await byTaste('cleo', 1))).toEqual(['item-24']);
  });

  it('leaves out what the caller excludes', async () => {
    const answer = await byTaste('ann', 2, { excludeItemIds: ['item-0', 'item-2'] });
    expect(idsOf(answer)).toEqual(['item-1', 'item-3']);
  });

  it('puts what the model does not know among the last, and fills the slate with it', async () => {
    const slate = idsOf(await byTaste('ann', 25));
    expect(slate.slice(0, 15)).toEqual(items(0, 15));
    expect([...slate].sort()).toEqual([...items(0, 25)].sort());
  });

  it('passes over any number of seen items as long as there are others', async () => {
    await fleet.record('dora', 'like', items(1, 25));
    expect(idsOf(await byTaste('dora', 5))).toEqual(['item-0']);
  });

  it('writes a decision record that equals the answer', async () => {
    await fleet.record('eve', 'view', ['item-24']);
    const { answer, key, record } = await fleet.explained('eve', {
      count: 2,
      surface: 'taste',
      context: { device: 'phone' },
      excludeItemIds: ['item-23'],
    });
    expect(key).toBe('eve');
    expect(record).toMatchObject({
      ...{ userId: 'eve', surface: 'taste', surfaceVersion: 1, requestedCount: 2 },
      // No part of the strategy of that surface knows eve, so it is not the one that ranked.
      ...{ strategy: 'rule_based', strategyPropensity: 1, strategyChosenBy: 'fallback' },
      ...{ personalization: answer.personalization, models: answer.models, degraded: answer.degraded },
      ...{ context: { device: 'phone' }, candidateCount: 25 },
    });
    expect(record.filters).toContainEqual({
      ...{ filter: 'already_seen', removedCount: 1, removedItemIds: ['item-24'] },
    });
    expect(record.filters).toContainEqual({ filter: 'excluded', removedCount: 1, removedItemIds: ['item-23'] });
    expect(record.sources).toContainEqual(expect.objectContaining({ source: 'trending', candidateCount: 25 }));
    const said = ({
      itemId,
      score,
      position,
      reason,
      placedBy,
    }: (typeof answer.items)[number] | (typeof record.slate)[number]) => ({
      ...{ itemId, score, position, reason, placedBy },
    });
    expect(record.slate.map(said)).toEqual(answer.items.map(said));
    expect(record.runnersUp).toHaveLength(21);
    expect(record.itemFeatures).toMatchObject({ rowCount: 12 });
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
