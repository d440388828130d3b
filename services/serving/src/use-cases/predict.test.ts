import { AppError } from '@attune/errors';
import { aTable } from '../../tests/fixtures/a-decision';
import { NOW, waiting } from '../../tests/fixtures/a-request';
import { aShelf, byVectors, type FakeModel } from '../../tests/fixtures/fake-models';
import type { LoadedModel, ModelKind } from '../model-ports';
import type { FeatureQuestion, MadePredictions } from '../ports';
import type { KeptUser } from '../user-ports';
import { makePredict, type PredictParts } from './predict';
import type { PredictionPair, PredictQuery } from './prediction';

const pair = (userId: string, itemId: string, features: Record<string, number> = {}): PredictionPair => ({
  ...{ userId, itemId, features },
});
const query = (model: string, ...pairs: PredictionPair[]): PredictQuery => ({ model, version: '', pairs });

const FEATURES = ['item_likes', 'user_trust_score', 'user_item_social_proof'];
const ENGAGEMENT: FakeModel = {
  kind: 'engagement',
  scoresOf: () => undefined,
  features: FEATURES,
  labels: ['like', 'click'],
  // a missing value counts as nothing
  predict: (row) => {
    const sum = row.reduce((all, value) => all + (Number.isNaN(value) ? 0 : value), 0);
    return [sum / 200, sum / 100];
  },
};

/** Everybody agreed and did nothing lately, items are `i0`, `i1`, ..., and every feature is known, unless `changes` say otherwise. */
function predicting(
  fakes: readonly FakeModel[],
  changes: Partial<PredictParts> & { readonly kept?: Partial<KeptUser> } = {},
) {
  const shelf = aShelf(...fakes);
  const read: FeatureQuestion[] = [];
  const published: MadePredictions[] = [];
  let nowMs = 0;
  const loaded = [
    { ref: { name: 'als', version: '3', digest: '' }, stage: 'production' },
    { ref: { name: 'als', version: '4', digest: '' }, stage: 'canary' },
  ];
  const predict = makePredict({
    models: {
      borrowVersion: (name, version) =>
        version === '' || version === '1' ? shelf.models.borrow(name as ModelKind, '') : undefined,
    },
    loader: { loaded: () => loaded as LoadedModel[] },
    features: {
      read: async (question) => {
        read.push(question);
        return {
          user: question.userFeatures.map((name) => ({ name, value: 0.5, missing: 0, updatedAtMs: 1 })),
          items: aTable(
            question.itemFeatures,
            question.itemIds.map((itemId) => question.itemFeatures.map(() => (itemId === 'new' ? undefined : 10))),
          ),
        };
      },
    },
    users: { kept: async () => ({ recents: [], vector: undefined, forgottenAt: undefined, ...changes.kept }) as never },
    consents: { consentOf: async () => ({ personalization: 'agreed', experiments: 'agreed' }) },
    catalog: { find: (itemId) => (itemId.startsWith('i') ? Number(itemId.slice(1)) : -1) },
    clock: () => NOW,
    entropy: () => new Uint8Array(10).fill(7),
    published: { publish: (made) => published.push(made) },
    stopwatch: () => (nowMs += 2),
    ...changes,
  });
  return { ...shelf, read, published, predict: (asked: PredictQuery) => predict(asked, waiting) };
}

describe('predicting engagement', () => {
  it('gives the calibrated probability of each label, and that of a click as the value', async () => {
    const { predict, borrowed } = predicting([ENGAGEMENT]);
    const { predictions, model, predictionId } = await predict(query('', pair('ann', 'i1')));
    expect(predictions).toEqual([
      {
        isThere: true,
        value: Math.fround(0.205),
        confidence: 1,
        probabilities: { like: expect.closeTo(0.1025, 6), click: Math.fround(0.205) },
      },
    ]);
    expect(model.name).toBe('engagement');
    expect(predictionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(borrowed()).toBe(0);
  });

  it('reads features once per user, and answers in the order of the request', async () => {
    const { predict, read } = predicting([ENGAGEMENT]);
    const { predictions } = await predict(query('', pair('ann', 'i1'), pair('ben', 'i2'), pair('ann', 'new')));
    expect(read.map(({ userId, itemIds }) => [userId, itemIds])).toEqual([
      ['ann', ['i1', 'new']],
      ['ben', ['i2']],
    ]);
    expect(predictions.map((one) => one.isThere && one.value)).toEqual([0.205, 0.205, 0.005].map(Math.fround));
  });

  it('has the less confidence the fewer features had a value', async () => {
    const { predictions } = await predicting([ENGAGEMENT]).predict(query('', pair('ann', 'new')));
    expect(predictions[0]).toMatchObject({ confidence: 1 / 3 });
  });

  it('takes what is given instead of what is known, and reads nothing where all is given', async () => {
    const { predict, read } = predicting([ENGAGEMENT]);
    const all = { item_likes: 1, user_trust_score: 2, user_item_social_proof: 3 };
    const { predictions } = await predict(query('', pair('', '', all)));
    expect(read).toEqual([]);
    expect(predictions[0]).toMatchObject({ value: Math.fround(0.06), confidence: 1 });
    const some = await predict(query('', pair('ann', 'i1', { item_likes: 0 })));
    expect(some.predictions[0]).toMatchObject({ value: Math.fround(0.105) });
  });

  it('reads features of the item alone where everything about the user is given', async () => {
    const { predict, read } = predicting([ENGAGEMENT]);
    await predict(query('', pair('', 'i1', { user_trust_score: 2, user_item_social_proof: 3 })));
    expect(read).toEqual([{ userId: '', itemIds: ['i1'], userFeatures: [], itemFeatures: ['item_likes'] }]);
  });

  it('refuses names that the model does not have, and pairs without the ids that what is not given needs', async () => {
    const asked = query('', pair('ann', 'i1', { colour: 1 }), pair('', '', { item_likes: 1 }));
    await expect(predicting([ENGAGEMENT]).predict(asked)).rejects.toMatchObject({
      code: 'invalid.request',
      violations: [
        { field: 'pairs[0].features["colour"]', description: 'is no feature of engagement version 1' },
        { field: 'pairs[1].user_id' },
        { field: 'pairs[1].item_id' },
      ],
    });
  });

  it('says of each pair whose features cannot be read why, and fails where there is no other', async () => {
    const away = new AppError('unavailable.feature_store', 'away');
    const features: PredictParts['features'] = {
      read: async (question) => {
        if (question.userId === 'ann') throw away;
        return { user: [], items: aTable(['item_likes'], [[5]]) };
      },
    };
    const { predict } = predicting([ENGAGEMENT], { features });
    const { predictions } = await predict(query('', pair('ann', 'i1'), pair('ben', 'i1')));
    expect(predictions).toMatchObject([
      { isThere: false, problem: away },
      { isThere: true, value: Math.fround(0.05) },
    ]);
    await expect(predict(query('', pair('ann', 'i1')))).rejects.toBe(away);
  });
});

describe('predicting by a model of users and items', () => {
  const ALS: FakeModel = {
    kind: 'als',
    scoresOf: byVectors(
      [
        [1, 0],
        [0, 2],
        [3, 3],
      ],
      { ann: [2, 1] },
    ),
  };

  it('gives scores on the scale of the model', async () => {
    const { predict, borrowed } = predicting([ALS]);
    const { predictions } = await predict(query('als', pair('ann', 'i2'), pair('ann', 'i0')));
    expect(predictions).toEqual([
      { isThere: true, value: 9, confidence: 1, probabilities: {} },
      { isThere: true, value: 2, confidence: 1, probabilities: {} },
    ]);
    expect(borrowed()).toBe(0);
  });

  it('says of each pair whether the item is unknown', async () => {
    const { predictions } = await predicting([ALS]).predict(query('als', pair('ann', 'i1'), pair('ann', 'typo')));
    expect(predictions).toMatchObject([
      { isThere: true, value: 2 },
      {
        isThere: false,
        problem: { code: 'not_found.item', message: expect.stringMatching(/"typo" is not known to als version 1/) },
      },
    ]);
  });

  it('goes by what the user liked lately where the model knows items alone, and is less sure', async () => {
    const content: FakeModel = {
      kind: 'content',
      scoresOf: byVectors([
        [1, 0],
        [0, 2],
        [3, 3],
      ]),
    };
    const recents = [{ item: 0, strength: 1, atMs: NOW.getTime() }];
    const { predict } = predicting([content], { kept: { recents } });
    expect((await predict(query('content', pair('ann', 'i2')))).predictions).toEqual([
      { isThere: true, value: 3, confidence: 0.5, probabilities: {} },
    ]);
  });

  it('says of a user who liked nothing lately that there is nothing to go by', async () => {
    const content: FakeModel = { kind: 'content', scoresOf: byVectors([[1]]) };
    const { predictions } = await predicting([content]).predict(query('content', pair('ann', 'i0')));
    expect(predictions).toMatchObject([{ isThere: false, problem: { code: 'not_found.user' } }]);
  });

  it('predicts nothing personal of somebody who did not agree to that', async () => {
    const consents = { consentOf: async () => ({ personalization: 'refused', experiments: 'agreed' }) as const };
    const popularity: FakeModel = { kind: 'popularity', scoresOf: () => [5, 6] };
    const { predict, asked } = predicting([ALS, popularity], { consents });
    expect((await predict(query('als', pair('ann', 'i0')))).predictions).toMatchObject([
      { isThere: false, problem: { code: 'failed_precondition.consent' } },
    ]);
    expect(asked).toEqual([]);
    expect((await predict(query('popularity', pair('ann', 'i1')))).predictions).toMatchObject([{ value: 6 }]);
  });

  it('does not know whom the fleet has forgotten since the training', async () => {
    const { predict } = predicting([ALS], { kept: { forgottenAt: NOW } });
    expect((await predict(query('als', pair('ann', 'i0')))).predictions).toMatchObject([
      { isThere: false, problem: { code: 'not_found.user' } },
    ]);
  });

  it('asks for a few users at a time, however many there are', async () => {
    let [now, most] = [0, 0];
    const consents = {
      consentOf: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        return { personalization: 'agreed', experiments: 'agreed' } as const;
      },
    };
    const pairs = Array.from({ length: 300 }, (_, at) => pair(`user-${at}`, 'i0'));
    const { predictions } = await predicting([ALS], { consents }).predict(query('als', ...pairs));
    expect(predictions).toHaveLength(300);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('refuses features, and pairs without ids', async () => {
    const asked = query('als', pair('ann', 'i0', { item_likes: 1 }), pair('', ''));
    await expect(predicting([ALS]).predict(asked)).rejects.toMatchObject({
      violations: [{ field: 'pairs[0].features' }, { field: 'pairs[1].user_id' }, { field: 'pairs[1].item_id' }],
    });
  });
});

describe('what is told of predictions', () => {
  it('is the probability of a click of each pair that has a user, an item and an answer', async () => {
    const { predict, published } = predicting([ENGAGEMENT]);
    const given = pair('', '', { item_likes: 1, user_trust_score: 1, user_item_social_proof: 1 });
    const { predictionId } = await predict(query('', pair('ann', 'i1'), given));
    expect(published).toEqual([
      {
        ...{ predictionId, predictedAt: NOW, model: expect.objectContaining({ name: 'engagement' }) },
        ...{ areProbabilities: true, latencyMs: 2 },
        predictions: [{ userId: 'ann', itemId: 'i1', score: Math.fround(0.205) }],
      },
    ]);
  });

  it('says of a model of users and items that its scores are no probabilities', async () => {
    const als: FakeModel = { kind: 'als', scoresOf: byVectors([[1, 0]], { ann: [2, 1] }) };
    const { predict, published } = predicting([als]);
    await predict(query('als', pair('ann', 'i0'), pair('ann', 'unknown')));
    expect(published).toMatchObject([{ areProbabilities: false, predictions: [{ itemId: 'i0' }] }]);
  });
});

describe('predicting by a model that is not loaded', () => {
  it('fails with the versions of it that are', async () => {
    const { predict } = predicting([]);
    await expect(predict({ ...query('als', pair('ann', 'i0')), version: '9' })).rejects.toMatchObject({
      code: 'failed_precondition.model_version',
      message: 'version 9 of model "als" is not loaded; loaded are 3 (production), 4 (canary)',
    });
  });

  it('fails with the models that are loaded where none has the name', async () => {
    await expect(predicting([]).predict(query('moon', pair('ann', 'i0')))).rejects.toMatchObject({
      code: 'failed_precondition.model',
      message: 'no model "moon" is loaded: train one and promote it; loaded are "als"',
    });
  });
});
