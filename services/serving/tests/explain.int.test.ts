import type { serving } from '@attune/contracts';
import { ENGAGEMENT_FEATURES, trainEngagementOn, writeEngagement } from './fixtures/an-engagement-artifact';
import { anEngagementFleet, type EngagementFleet } from './fixtures/an-engagement-fleet';

/** A busy machine must not leave stages out: these tests are about what all of them say. */
const PATIENT = { ATTUNE_SERVING_BUDGET_MS: '8000' };

/** The sum of base value and contributions. */
const sumOf = ({ baseValue, contributions }: serving.ExplainDecisionResponse) =>
  contributions.reduce((sum, { contribution }) => sum + contribution, baseValue);

describe('ExplainDecision', () => {
  let given: EngagementFleet;
  let fleet: EngagementFleet['fleet'];
  const explain = (request: Partial<serving.ExplainDecisionRequest>) =>
    fleet.client.explainDecision(
      { decisionId: '', userId: '', itemId: '', surface: '', label: '', ...request },
      { deadlineMs: 10_000 },
    );

  beforeAll(async () => {
    given = await anEngagementFleet();
    fleet = given.fleet;
    fleet.featureDefinitions = ENGAGEMENT_FEATURES.map((name) => ({ name, description: `What ${name} means.` }));
    await fleet.start(PATIENT);
  });
  afterAll(() => given[Symbol.asyncDispose]());

  it('takes every item of a slate apart, a moment after it was served: what features added is the prediction', async () => {
    const { decisionId, items } = await fleet.recommend('ann', { count: 5 });
    const empty = new Float32Array(ENGAGEMENT_FEATURES.length).fill(Number.NaN);
    const [base] = await given.engagement.predict(empty);
    for (const item of items) {
      const found = await explain({ decisionId, itemId: item.itemId });
      expect(found).toMatchObject({ decisionId, itemId: item.itemId, position: item.position, method: 'exact' });
      expect(found).toMatchObject({ primaryReason: item.reason, label: 'click', caveats: [], notShownBecause: '' });
      expect(found.model).toMatchObject({ name: 'engagement', version: '1' });
      expect(Math.abs(sumOf(found) - found.prediction)).toBeLessThan(1e-6);
      expect(found.baseValue).toBeCloseTo(base!, 5);
      expect(found.confidence).toBe(found.contributions.length / ENGAGEMENT_FEATURES.length);
    }
    const likes = (await explain({ decisionId })).contributions.find(({ name }) => name === 'item_likes');
    expect(likes).toMatchObject({ description: 'What item_likes means.', value: { name: 'item_likes' } });
  });

  it('is of the record: the parts that scored are those that were recorded', async () => {
    const { decisionId } = await fleet.recommend('ben', { count: 3 });
    const found = await explain({ decisionId });
    const { record } = (await fleet.decisions()).find(({ record }) => record.decisionId === decisionId)!;
    expect(found.partScores).toEqual(record.slate[0]!.partScores);
    expect(found.partScores.map(({ part }) => part)).toContain('engagement');
    const engagement = record.slate[0]!.partScores.find(({ part }) => part === 'engagement')!;
    expect(engagement.probability).toBeGreaterThan(0);
    expect(record.partModels).toMatchObject({ engagement: 'engagement' });
  });

  it('says what a runner-up lacked, which filter removed an item, and that nobody knows another', async () => {
    await fleet.record('cleo', 'view', ['item-24']);
    await fleet.record('cleo', 'hide', ['item-23']);
    const { decisionId } = await fleet.recommend('cleo', { count: 3 });
    expect(await explain({ decisionId, itemId: 'item-24' })).toMatchObject({
      position: undefined,
      notShownBecause: expect.stringMatching(/^The filter already_seen removed it/),
      reasons: [expect.stringMatching(/items stay away for ever after .*view/)],
      confidence: 1,
    });
    expect((await explain({ decisionId, itemId: 'item-23' })).primaryReason).toBe('You hid or reported it');
    const { record } = (await fleet.decisions()).find(({ record }) => record.decisionId === decisionId)!;
    const below = record.runnersUp[0]!.itemId;
    const found = await explain({ decisionId, itemId: below });
    expect(found.notShownBecause).toMatch(/^It was ranked 4th, below the 3 that were shown/);
    expect(Math.abs(sumOf(found) - found.prediction)).toBeLessThan(1e-6);
    expect((await explain({ decisionId, itemId: 'nowhere' })).notShownBecause).toMatch(/^Nothing is known here/);
  });

  it('explains as of now what would be shown, and records nothing', async () => {
    await explain({ decisionId: (await fleet.recommend('dora')).decisionId });
    await fleet.serving.caughtUp();
    const before = (await fleet.decisions()).length;
    const found = await explain({ userId: 'dora', itemId: 'item-20' });
    expect(found.decisionId).toBe('');
    expect(found.caveats[0]).toMatch(/was not served/);
    expect((await fleet.decisions()).length).toBe(before);
  });

  it('explains by the version that served, also after another one went into production', async () => {
    const { decisionId } = await fleet.recommend('eve', { count: 1 });
    const before = await explain({ decisionId });
    await using other = await trainEngagementOn(ENGAGEMENT_FEATURES, 31);
    await fleet.promote(await writeEngagement(fleet.store, other, '2'), 1);
    const after = await explain({ decisionId });
    expect(after).toEqual(before);
    expect(after.model?.version).toBe('1');
    const now = await explain({ decisionId: (await fleet.recommend('eve', { count: 1 })).decisionId });
    expect(now.model?.version).toBe('2');
  });

  it('finds a slate of this process while the feature-store is away, and says of others that it is', async () => {
    const { decisionId } = await fleet.recommend('fay', { count: 1 });
    fleet.keepsDecisions = false;
    expect((await explain({ decisionId })).position).toBe(0);
    await expect(explain({ decisionId: 'another' })).rejects.toMatchObject({ code: 'unavailable.feature_store' });
    fleet.keepsDecisions = true;
    await expect(explain({ decisionId: 'another' })).rejects.toMatchObject({ code: 'not_found.decision' });
  });

  it('refuses what names neither a decision nor a user and an item', async () => {
    await expect(explain({ userId: 'ann' })).rejects.toMatchObject({ violations: [{ field: 'item_id' }] });
    await expect(explain({})).rejects.toMatchObject({ violations: [{ field: 'decision_id' }] });
  });
});

describe('ExplainDecision with a model of thirty features', () => {
  it('samples contributions with an error, and they are the prediction still', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `item_f${at}`);
    await using given = await anEngagementFleet(names);
    const { fleet } = given;
    await fleet.start(PATIENT);
    const { decisionId } = await fleet.recommend('ann', { count: 2 });
    const found = await fleet.client.explainDecision(
      { decisionId, userId: '', itemId: '', surface: '', label: 'like' },
      { deadlineMs: 10_000 },
    );
    expect(found).toMatchObject({ method: 'sampled', label: 'like' });
    expect(found.standardError).toBeGreaterThan(0);
    expect(Math.abs(sumOf(found) - found.prediction)).toBeLessThan(1e-6);
  });
});
