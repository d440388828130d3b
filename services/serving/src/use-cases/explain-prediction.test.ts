import { AppError } from '@attune/errors';
import { aDecision, anItem, aTable } from '../../tests/fixtures/a-decision';
import { waiting } from '../../tests/fixtures/a-request';
import { anEngagementShelf } from '../../tests/fixtures/an-engagement-model';
import { HOME } from '../domain/built-in-surfaces';
import type { Decision, ModelRef } from '../domain/decision';
import { expectedValues } from '../domain/engagement-value';
import type { PastModels } from '../model-ports';
import { makeExplainPrediction } from './explain-prediction';

const FEATURES = ['item_likes', 'user_trust_score', 'user_item_social_proof', 'item_age_days'];
const LABELS = ['click', 'like'];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const known = (x: number | undefined) => (x === undefined || Number.isNaN(x) ? 0 : x);

/** Likes and trust count together, social proof by itself; age never does. */
const probabilities = (row: Float32Array) => {
  const logit = -2 + 0.1 * known(row[0]) * (1 + known(row[1])) + 0.5 * known(row[2]);
  return [sigmoid(logit), sigmoid(logit - 1)];
};

const ROW = [12, 0.5, 2, Number.NaN];
const RECORDED = expectedValues(
  Float32Array.from(probabilities(Float32Array.from(ROW))),
  LABELS,
  HOME.engagementValues,
)!.values[0]!;

/** A decision whose first item was scored by engagement, with the features that the model was given. */
function aScoredDecision(changes: Partial<Decision> = {}, raw = RECORDED): Decision {
  const partScores = [{ part: 'engagement', raw, calibrated: 0.4, weight: 1 }] as const;
  return aDecision({
    slate: [anItem('first', { partScores })],
    models: [
      { name: 'als', version: '3', digest: 'a' },
      { name: 'engagement', version: '4', digest: 'e' },
    ],
    userFeatures: [{ name: 'user_trust_score', value: 0.5, missing: 0, updatedAtMs: 5 }],
    itemFeatures: aTable(
      ['user_item_social_proof', 'item_likes', 'item_age_days'],
      [
        [2, 12, undefined],
        [0, 1, 3],
      ],
    ),
    ...changes,
  });
}

function explaining(version = '4', borrowPast?: PastModels['borrow']) {
  const shelf = anEngagementShelf({ features: FEATURES, labels: LABELS, probabilities, version });
  const past = anEngagementShelf({ features: FEATURES, labels: LABELS, probabilities, version: '4' });
  const borrow = borrowPast ?? (async (ref: ModelRef) => past.models.borrowVersion(ref.name, ref.version)!);
  const descriptions = { all: async () => new Map([['item_likes', 'How often the item was liked.']]) };
  const surfaces = { named: () => HOME, has: () => true };
  const explain = makeExplainPrediction({ models: shelf.models, past: { borrow }, descriptions, surfaces });
  const ask = (decision = aScoredDecision(), label = '') =>
    explain({ decision, item: decision.slate[0]!, label }, waiting);
  return { ...shelf, past, ask };
}

describe('explaining a prediction', () => {
  it('adds up to the prediction, from what the model says where everything is missing', async () => {
    const { prediction, caveats } = await explaining().ask();
    const sum = prediction!.contributions.reduce((total, { contribution }) => total + contribution, prediction!.base);
    expect(Math.abs(sum - prediction!.prediction)).toBeLessThan(1e-9);
    expect(prediction).toMatchObject({
      label: 'click',
      method: 'exact',
      standardError: 0,
      agrees: true,
      coverage: 0.75,
    });
    expect(prediction!.base).toBeCloseTo(sigmoid(-2), 6);
    expect(prediction!.prediction).toBeCloseTo(sigmoid(-2 + 1.2 * 1.5 + 1), 6);
    expect(caveats).toEqual([]);
  });

  it('names the features with their values of then, strongest first, and leaves out what was missing', async () => {
    const { prediction } = await explaining().ask();
    expect(
      prediction!.contributions.map(({ name, feature, description }) => [name, feature.value, description]),
    ).toEqual([
      ['item_likes', 12, 'How often the item was liked.'],
      ['user_item_social_proof', 2, 'social proof'],
      ['user_trust_score', 0.5, 'your trust score'],
    ]);
  });

  it('explains another label where it is asked to, and says which there are where there is none of the name', async () => {
    const { ask } = explaining();
    expect((await ask(undefined, 'like')).prediction!.base).toBeCloseTo(sigmoid(-3), 6);
    expect(await ask(undefined, 'purchase')).toEqual({
      prediction: undefined,
      caveats: ['The engagement model has no label "purchase"; it has click, like.'],
    });
  });

  it('says that the model does not answer any more what was recorded', async () => {
    const { prediction, caveats } = await explaining().ask(aScoredDecision({}, RECORDED + 0.01));
    expect(prediction!.agrees).toBe(false);
    expect(caveats).toEqual([expect.stringMatching(/recorded, 0\.\d{4}, is not what the model says now/)]);
  });

  it('does not compare what was recorded under another version of the surface', async () => {
    const { prediction, caveats } = await explaining().ask(aScoredDecision({ surfaceVersion: 9 }));
    expect(prediction!.agrees).toBeUndefined();
    expect(caveats).toEqual([expect.stringMatching(/surface has been changed since/)]);
  });

  it.each([
    ['the model took no part', aScoredDecision({ slate: [anItem('first')] }), /did not score this item/],
    ['no features were recorded', aScoredDecision({ itemFeatures: undefined }), /does not hold the features/],
  ])('says why there are no contributions where %s', async (_, decision, why) => {
    const { ask, asked } = explaining();
    expect(await ask(decision)).toEqual({ prediction: undefined, caveats: [expect.stringMatching(why)] });
    expect(asked).toEqual([]);
  });

  it('explains by the version that scored, loaded again where another one serves', async () => {
    const now = explaining('5');
    const { prediction } = await now.ask();
    expect(prediction).toMatchObject({ model: { version: '4' }, agrees: true });
    expect(now.asked).toEqual([]);
    expect(now.past.borrowed()).toBe(0);
  });

  it('says that the version that scored is gone', async () => {
    const { ask } = explaining('5', async () => {
      throw new AppError('not_found.artifact', 'there is no such artifact');
    });
    expect(await ask()).toEqual({
      prediction: undefined,
      caveats: [expect.stringMatching(/^Version 4 .* cannot be asked any more \(there is no such artifact\)/)],
    });
  });

  it('gives every model back', async () => {
    const { ask, borrowed } = explaining();
    await ask();
    await ask(undefined, 'purchase');
    expect(borrowed()).toBe(0);
  });

  it('samples where there are many features, with an error, and asks in small batches', async () => {
    const features = Array.from({ length: 30 }, (_, at) => `item_f${at}`);
    const shelf = anEngagementShelf({
      features,
      labels: ['click'],
      probabilities: (row) => [
        sigmoid(row.reduce((sum, x, at) => sum + known(x) * (at % 3 === 0 ? 0.2 : -0.1), 0) ** 3 - 1),
      ],
    });
    const explain = makeExplainPrediction({
      models: shelf.models,
      past: { borrow: async () => Promise.reject(new Error('nobody asks for it')) },
      descriptions: { all: async () => new Map() },
      surfaces: { named: () => HOME, has: () => true },
    });
    const row = features.map((_, at) => (at * 7) % 5);
    const decision = aScoredDecision({ userFeatures: [], itemFeatures: aTable(features, [row]) });
    const { prediction } = await explain({ decision, item: decision.slate[0]!, label: 'click' }, waiting);
    const { contributions, base, method, standardError } = prediction!;
    expect(method).toBe('sampled');
    expect(standardError).toBeGreaterThan(0);
    expect(standardError).toBeLessThan(0.05);
    const sum = contributions.reduce((total, { contribution }) => total + contribution, base);
    expect(Math.abs(sum - prediction!.prediction)).toBeLessThan(1e-6);
    expect(Math.max(...shelf.asked)).toBeLessThanOrEqual(256);
  });
});
