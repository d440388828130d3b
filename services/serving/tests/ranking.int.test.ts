import { items, writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';

describe('how slates are ranked', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.open();
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const plain = { diversity: { most: 0, novelty: 0 }, exploration: { share: 0 } };

  it('pins what operators want for everybody, but not for whoever hid it', async () => {
    await fleet.surface('pinned', { ...plain, pins: [{ itemId: 'item-19', position: 1 }] });
    const pinned = await fleet.recommend('ann', { surface: 'pinned', count: 3 });
    expect(pinned.items[1]).toMatchObject({ itemId: 'item-19', placedBy: 'pin', reason: 'Chosen by the editors' });
    await fleet.record('hal', 'hide', ['item-19']);
    const without = await fleet.recommend('hal', { surface: 'pinned', count: 3 });
    expect(without.items.map(({ placedBy }) => placedBy)).toEqual(['rank', 'rank', 'rank']);
  });

  it('boosts by the factor of an operator, and records it', async () => {
    await fleet.surface('boosted', { ...plain, boosts: [{ itemId: 'item-12', factor: 50 }] });
    const { answer, record } = await fleet.explained('ann', { surface: 'boosted', count: 3 });
    expect(idsOf(answer)[0]).toBe('item-12');
    expect(record.slate.map(({ boost }) => boost)).toEqual([50, 1, 1]);
  });

  it('leaves some places to chance, never the first, and records with which probability', async () => {
    await fleet.surface('exploring', { ...plain, exploration: { share: 0.2, pool: 8 } });
    const ask = () => fleet.recommend('ann', { surface: 'exploring', count: 10 });
    const asked = new Set((await Promise.all(Array.from({ length: 12 }, ask))).map(({ decisionId }) => decisionId));
    await fleet.stop();
    await fleet.start();
    const records = (await fleet.decisions())
      .map(({ record }) => record)
      .filter(({ decisionId }) => asked.has(decisionId));
    expect(records).toHaveLength(12);
    for (const { slate } of records) {
      const drawn = slate.filter(({ placedBy }) => placedBy === 'exploration');
      expect(drawn.map(({ propensity }) => propensity)).toEqual([1 / 8, 1 / 8]);
      expect(slate[0]!.placedBy).toBe('rank');
      expect(new Set(slate.map(({ itemId }) => itemId)).size).toBe(10);
    }
    const seen = new Set(records.flatMap(({ slate }) => slate.map(({ itemId, placedBy }) => `${placedBy} ${itemId}`)));
    expect([...seen].filter((placed) => placed.startsWith('rank'))).toHaveLength(8);
    expect([...seen].filter((placed) => placed.startsWith('exploration')).length).toBeGreaterThan(2);
  });

  it('shows beside an item what is like it, also to people whom no model knows, and says so', async () => {
    const answer = await fleet.recommend('nobody', { surface: 'related', relatedToItemId: 'item-10', count: 4 });
    // the model has its items on a curve, so that those with the next numbers are the nearest
    expect(idsOf(answer).sort()).toEqual(['item-11', 'item-12', 'item-8', 'item-9']);
    expect(answer.items[0]).toMatchObject({
      reason: 'Similar to item-10',
      sources: expect.arrayContaining(['similar']),
    });
  });

  it('shows it to people who do not agree to personalization, too', async () => {
    await fleet.consent('rita', { personalization: false });
    const answer = await fleet.recommend('rita', { surface: 'related', relatedToItemId: 'item-10', count: 4 });
    expect(idsOf(answer).sort()).toEqual(['item-11', 'item-12', 'item-8', 'item-9']);
  });

  it('ranks by rules alone where a surface wants that, without any model', async () => {
    await fleet.surface('rules', {
      ...plain,
      strategies: { rule_based: 1 },
      sources: { fresh: 50, recent_popularity: 50 },
    });
    const published = [1, 9, 3].map((days) => new Date(Date.now() - days * 3_600_000));
    for (const [at, publishedAt] of published.entries()) await fleet.upsertItem({ itemId: `post-${at}`, publishedAt });
    const { answer, record } = await fleet.explained('ann', { surface: 'rules', count: 3 });
    expect(idsOf(answer)).toEqual(['post-0', 'post-2', 'post-1']);
    expect(record).toMatchObject({ strategy: 'rule_based', strategyChosenBy: 'surface', models: [] });
  });

  it('gives as many items as there are, however little alike they may be', async () => {
    await fleet.surface('diverse', { diversity: { most: 1, author: 1, category: 1, novelty: 1 } });
    const slate = idsOf(await fleet.recommend('ann', { surface: 'diverse', count: 28 }));
    expect(new Set(slate).size).toBe(28);
    expect(slate).toEqual(expect.arrayContaining(items(0, 25)));
  });
});
