import type { serving } from '@attune/contracts';
import { items } from './fixtures/a-model';
import { ENGAGEMENT_FEATURES, featureOf } from './fixtures/an-engagement-artifact';
import { anEngagementFleet, type EngagementFleet } from './fixtures/an-engagement-fleet';

const pair = (userId: string, itemId: string, features: Record<string, number> = {}): serving.PredictionPair => ({
  ...{ userId, itemId, features },
});
const isOfUser = (name: string) => name === 'user_trust_score';
/** The raw features of a pair in the order of the model's columns. */
const rowOf = (userId: string, itemId: string) =>
  ENGAGEMENT_FEATURES.map((name) => featureOf(name, userId, isOfUser(name) ? '' : itemId));

describe('Predict', () => {
  let given: EngagementFleet;
  let fleet: EngagementFleet['fleet'];
  const predict = (model: string, pairs: readonly serving.PredictionPair[], version = '') =>
    fleet.client.predict({ model, version, pairs: [...pairs] }, { deadlineMs: 10_000 });

  beforeAll(async () => {
    given = await anEngagementFleet();
    fleet = given.fleet;
    await fleet.start();
  });
  afterAll(() => given[Symbol.asyncDispose]());

  it('answers as the engine that trained the model, for a thousand pairs of many users', async () => {
    const pairs = Array.from({ length: 1_000 }, (_, at) => pair(`user-${at % 37}`, `item-${at % 25}`));
    const { predictions, model, predictionId } = await predict('', pairs);
    const rows = Float32Array.from(pairs.flatMap(({ userId, itemId }) => rowOf(userId, itemId)));
    const expected = await given.engagement.predict(rows);
    const gaps = predictions.flatMap(({ probabilities, value }, at) => [
      Math.abs(probabilities.click! - expected[2 * at]!),
      Math.abs(probabilities.like! - expected[2 * at + 1]!),
      Math.abs(value - expected[2 * at]!),
    ]);
    expect(Math.max(...gaps)).toBeLessThan(1e-5);
    expect(new Set(predictions.map(({ value }) => value)).size).toBeGreaterThan(50);
    expect(model).toMatchObject({ name: 'engagement', version: '1', digest: given.models[2]!.digest });
    expect(predictionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  });

  it('takes features as they are given, and knows by how many it had to go', async () => {
    const features = { item_likes: 9, item_age_days: 1, user_item_social_proof: 3 };
    const { predictions } = await predict('', [pair('', '', { ...features, user_trust_score: 2 })]);
    const [click] = await given.engagement.predict(Float32Array.of(1, 9, 3, 2));
    expect(predictions[0]!.value).toBeCloseTo(click!, 5);
    expect(predictions[0]!.confidence).toBe(1);
  });

  it('answers by the scale of other models, and says pair by pair what they do not know', async () => {
    const { predictions } = await predict('als', [
      pair('ann', 'item-0'),
      pair('ann', 'item-10'),
      pair('ann', 'nowhere'),
      pair('nobody', 'item-0'),
    ]);
    expect(predictions[0]).toMatchObject({ value: expect.closeTo(0.99, 5), confidence: 1, problem: undefined });
    expect(predictions[1]!.value).toBeCloseTo(0.89, 5);
    expect(predictions.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      undefined,
      'not_found.item',
      'not_found.user',
    ]);
    const popular = await predict(
      'popularity',
      items(0, 2).map((itemId) => pair('', itemId)),
    );
    expect(popular.predictions.map(({ value }) => value)).toEqual([1, 2]);
  });

  it('predicts nothing personal of somebody who refuses that', async () => {
    await fleet.consent('ann', { personalization: false, training: undefined, experiments: undefined });
    const { predictions } = await predict('als', [pair('ann', 'item-0')]);
    expect(predictions[0]!.problem).toMatchObject({ code: 'failed_precondition.consent' });
    await fleet.consent('ann', { personalization: true, training: undefined, experiments: undefined });
    expect((await predict('als', [pair('ann', 'item-0')])).predictions[0]!.problem).toBeUndefined();
  });

  it('answers by the version that is asked for, and says which there are where it is not loaded', async () => {
    await expect(predict('als', [pair('ann', 'item-0')], '7')).rejects.toMatchObject({
      code: 'failed_precondition.model_version',
      message: expect.stringMatching(/version 7 of model "als" is not loaded; loaded are 1 \(production\)/),
    });
    await expect(predict('moon', [pair('ann', 'item-0')])).rejects.toMatchObject({
      message: expect.stringMatching(/no model "moon" is loaded/),
    });
  });

  it('fails so that its caller may try again while no features can be read', async () => {
    const whole = fleet.features;
    fleet.features = async () => {
      throw new Error('the connection broke');
    };
    const failing = predict('', [pair('eve', 'item-1')]);
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^(internal|unavailable)\./) });
    fleet.features = whole;
  });

  it('refuses what cannot be predicted, with every violation', async () => {
    const pairs = [pair('ann', 'item-0', { colour: 1 }), pair('', 'item-0'), pair('ann', '')];
    await expect(predict('', pairs)).rejects.toMatchObject({
      violations: [
        { field: 'pairs[0].features["colour"]' },
        { field: 'pairs[1].user_id' },
        { field: 'pairs[2].item_id' },
      ],
    });
    await expect(predict('', [])).rejects.toMatchObject({ violations: [{ field: 'pairs' }] });
  });
});
