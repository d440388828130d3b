import { aRequest, aUser, NOW, waiting } from '../../../tests/fixtures/a-request';
import { aModelOfTwoKinds, aShelf, type FakeModel } from '../../../tests/fixtures/fake-models';
import { HOME } from '../../domain/built-in-surfaces';
import type { FeatureTable, UserFeature } from '../../domain/feature-table';
import type { ModelKind } from '../../model-ports';
import type { ScoringQuery } from '../parts';
import { collaborativeScorer } from './collaborative-scorer';
import { contentScorer } from './content-scorer';
import { engagementScorer } from './engagement-scorer';
import { neuralScorer } from './neural-scorer';
import { popularityScorer } from './popularity-scorer';

const shelfOf = (...kinds: ModelKind[]) => aShelf(...kinds.map(aModelOfTwoKinds));
const likedFirst = { recents: [{ item: 0, strength: 1, atMs: NOW.getTime() }] };

const aQuery = ({
  items = [3, 0, 2, 77],
  user = likedFirst,
  ...request
}: { readonly items?: readonly number[]; readonly user?: Parameters<typeof aUser>[0] } & Parameters<
  typeof aRequest
>[0] = {}): ScoringQuery => ({
  request: aRequest(request),
  user: aUser(user),
  strategy: 'hybrid',
  candidates: items.map((item) => ({ item, sourceScores: [] })),
  items: Int32Array.from(items),
  features: undefined,
});

describe.each([
  ['als', 'collaborative', collaborativeScorer],
  ['content', 'content', contentScorer],
  ['neural_cf', 'neural', neuralScorer],
  ['popularity', 'popularity', popularityScorer],
] as const)('the scorer of the %s model', (kind, part, makeScorer) => {
  it('scores each candidate in its place, on the model’s scale and on the one that all share', async () => {
    const shelf = shelfOf(kind);
    const scores = (await makeScorer(shelf).score(aQuery(), waiting))!;
    expect(makeScorer(shelf).part).toBe(part);
    expect([...scores.raw]).toEqual([0, 1, expect.closeTo(0.1, 6), Number.NaN]);
    const [last, first, middle, unknown] = scores.calibrated;
    expect(first!).toBeGreaterThan(middle!);
    expect(middle!).toBeGreaterThan(last!);
    expect(unknown!).toBeGreaterThanOrEqual(0);
    expect(Math.max(...scores.calibrated)).toBeLessThanOrEqual(1);
    expect(scores.model).toMatchObject({ name: kind });
    expect(shelf.borrowed()).toBe(0);
  });

  it('has nothing to say without a model, or of candidates that it does not know at all', async () => {
    expect(await makeScorer(shelfOf()).score(aQuery(), waiting)).toBeUndefined();
    expect(await makeScorer(shelfOf(kind)).score(aQuery({ items: [77, 78] }), waiting)).toBeUndefined();
  });
});

it.each([
  ['als', collaborativeScorer, { userId: 'stranger' }],
  ['neural_cf', neuralScorer, { userId: 'stranger' }],
  ['als', collaborativeScorer, { user: { forgottenAt: new Date('2026-01-02T00:00:00Z') } }],
  ['content', contentScorer, { user: {} }],
] as const)(
  'the scorer of the %s model has nothing to say of a user whom it does not know',
  async (kind, makeScorer, asked) => {
    expect(await makeScorer(shelfOf(kind)).score(aQuery(asked), waiting)).toBeUndefined();
  },
);

it('scores by where the user moved to since the training', async () => {
  const vector = { digest: 'digest-of-als', vector: Float32Array.of(0, 1), learnedToMs: 0 };
  const scores = await collaborativeScorer(shelfOf('als')).score(aQuery({ user: { vector } }), waiting);
  expect([...scores!.raw].slice(0, 2)).toEqual([1, 0]);
});

it.each([
  ['als', collaborativeScorer],
  ['content', contentScorer],
] as const)('scores by nearness to the item that the request names (%s), whoever asks', async (kind, makeScorer) => {
  const query = aQuery({ relatedTo: 3, userId: 'stranger', user: {} });
  const scores = await makeScorer(shelfOf(kind)).score(query, waiting);
  expect([...scores!.raw].slice(0, 3)).toEqual([1, 0, expect.closeTo(0.9, 6)]);
});

describe('the engagement scorer', () => {
  // Likes follow the first column, clicks are a constant of the user; comments are worth nothing to the surface below.
  const engagement: FakeModel = {
    kind: 'engagement',
    scoresOf: () => undefined,
    features: ['item_likes', 'user_hour_pattern_0', 'user_hour_pattern_1', 'user_trust_score'],
    labels: ['click', 'like', 'comment'],
    predict: ([likes, , second]) => [second!, likes! / 10, 0.5],
  };
  const surface = { ...HOME, engagementValues: { click: 0.5, like: 1.5 } };
  const user: UserFeature[] = [{ name: 'user_hour_pattern', value: [0.6, 0.4], missing: 0, updatedAtMs: 0 }];
  const items: FeatureTable = {
    ...{ names: ['item_views', 'item_likes'], rowCount: 3, missing: new Uint8Array(0), readAtMs: 0 },
    values: Float64Array.of(9, 1, 9, 5, 9, Number.NaN),
    updatedAtMs: new Float64Array(3),
  };
  const query = { ...aQuery({ items: [0, 1, 2], surface }), features: { user, items } };

  it('asks for the features of its model', () => {
    const shelf = aShelf(engagement);
    expect(engagementScorer(shelf).features(query.request)).toEqual({
      user: ['user_hour_pattern', 'user_trust_score'],
      item: ['item_likes'],
    });
    expect(engagementScorer(shelfOf()).features(query.request)).toEqual({ user: [], item: [] });
    expect(shelf.borrowed()).toBe(0);
  });

  it('is the sum of the probabilities, each by its value', async () => {
    const scores = (await engagementScorer(aShelf(engagement)).score(query, waiting))!;
    const byHand = [0.5 * 0.4 + 1.5 * 0.1, 0.5 * 0.4 + 1.5 * 0.5];
    expect([...scores.raw]).toEqual([...byHand.map((value) => expect.closeTo(value, 6)), Number.NaN]);
    expect(scores.calibrated[1]!).toBeGreaterThan(scores.calibrated[0]!);
  });

  it('tells the probability of a click beside it', async () => {
    const scores = (await engagementScorer(aShelf(engagement)).score(query, waiting))!;
    expect([...scores.probabilities!]).toEqual([0.4, 0.4, 0.4].map(Math.fround));
  });

  it.each([
    ['without features', { ...query, features: undefined }, engagement],
    [
      'where the surface values none of its labels',
      { ...query, request: aRequest({ surface: { ...HOME, engagementValues: {} } }) },
      engagement,
    ],
  ])('has nothing to say %s', async (_, asked, model) => {
    expect(await engagementScorer(aShelf(model)).score(asked, waiting)).toBeUndefined();
  });
});
