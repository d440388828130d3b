import { buildInteractions, type Interactions, type Negatives } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { evaluate } from './evaluate';
import type { EvaluateRequest } from './evaluation';
import type { Scorer } from './scorer';

const [USERS, ITEMS] = [40, 60];

function interactionsOf(pairs: readonly (readonly [user: number, item: number, value?: number])[]): Interactions {
  return buildInteractions({
    userCount: USERS,
    itemCount: ITEMS,
    userIndex: Int32Array.from(pairs, ([user]) => user),
    itemIndex: Int32Array.from(pairs, ([, item]) => item),
    value: Float32Array.from(pairs, ([, , value = 1]) => value),
  }).interactions;
}

function scorerOf(scoreOf: (user: number, item: number) => number): Scorer {
  return {
    scoreAll: async (users) =>
      Float32Array.from({ length: users.length * ITEMS }, (_, i) => scoreOf(users[Math.floor(i / ITEMS)]!, i % ITEMS)),
    scorePairs: async (users, items) => Float32Array.from(users, (user, i) => scoreOf(user, items[i]!)),
  };
}

/** Users like every tenth item; user u has begun at item u. */
const train = interactionsOf(
  Array.from({ length: USERS }, (_, user) => [0, 10, 20].map((step) => [user, (user + step) % ITEMS] as const)).flat(),
);
const test = interactionsOf(
  Array.from({ length: USERS }, (_, user) => [30, 40].map((step) => [user, (user + step) % ITEMS] as const)).flat(),
);
const oracle = scorerOf((user, item) => ((item - user + ITEMS) % 10 === 0 ? 1 : 0));
const base = { train, test, scorer: oracle, ks: [3], seed: 1 };

const measure = (request: Partial<EvaluateRequest>) => evaluate({ protocol: 'full-ranking', ...base, ...request });
const codeOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error) => error.code);

describe('full ranking', () => {
  it('gives a model that knows the truth everything, but for equal scores, which count against it', async () => {
    const sharp = scorerOf((user, item) => ([30, 40].includes((item - user + ITEMS) % ITEMS) ? 2 : 0));
    const { metrics } = await measure({ scorer: sharp });
    for (const name of ['hr@3', 'recall@3', 'ndcg@3', 'map@3', 'mrr@3', 'auc']) {
      expect(metrics[name]).toEqual({ value: 1, low: 1, high: 1 });
    }
    expect(metrics['precision@3']!.value).toBeCloseTo(2 / 3);
    // the user's sixth item of the kind is neither in the training nor in the test, and equal to those that are
    const { metrics: tied } = await measure({});
    expect(tied['mrr@3']!.value).toBeCloseTo(1 / 2);
    expect(tied['recall@3']!.value).toBe(1);
  });

  it('does not rank what the user has already', async () => {
    const known = scorerOf((user, item) => {
      const step = (item - user + ITEMS) % ITEMS;
      return [0, 10, 20].includes(step) ? 9 : step === 30 ? 2 : 0;
    });
    const { metrics } = await measure({ scorer: known });
    expect(metrics['mrr@3']!.value).toBe(1);
  });

  it('ranks scores that are not numbers last', async () => {
    const broken = scorerOf((user, item) => ((item - user + ITEMS) % ITEMS === 30 ? Number.NaN : 0));
    const { metrics } = await measure({ scorer: broken });
    // the other test item is the last of those with a score, this one is behind all of them
    expect(metrics['recall@3']!.value).toBe(0);
    expect(metrics.auc!.value).toBe(0);
  });

  it('gives a model without an opinion nothing', async () => {
    const { metrics } = await measure({ scorer: scorerOf(() => 7) });
    expect(metrics['hr@3']).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('says what lists are like beyond their accuracy', async () => {
    const narrow = scorerOf((_, item) => -item);
    const tags = Array.from({ length: ITEMS }, (_, item) => ({ tags: [`t${item % 2}`], category: 'all' }));
    const { metrics } = await measure({ scorer: narrow, items: tags });
    // everybody gets the first three items that they do not have: 0, 1, 2 or the next ones
    expect(metrics['coverage@3']!.value).toBeLessThan(10 / ITEMS);
    // the first ten items have one user each: log2(40 / 1) bits, and less popular than what users have
    expect(metrics['novelty@3']!.value).toBeCloseTo(Math.log2(USERS), 5);
    expect(metrics['popularity_bias@3']!.high).toBeLessThan(0);
    // of the three pairs of a list at most two differ in their tag, and then share one of two words
    expect(metrics['diversity@3']!.value).toBeGreaterThan(0);
    expect(metrics['diversity@3']!.value).toBeLessThanOrEqual(1 / 3 + 1e-9);
  });

  it('tells segments of users and of items apart', async () => {
    const country = Array.from({ length: USERS }, (_, user) => (user < 30 ? 'de' : ''));
    const half = scorerOf((user, item) => (user < 30 && (item - user + ITEMS) % 10 === 0 ? 1 : 0));
    const { segments } = await measure({ scorer: half, segments: { country } });
    const recall = Object.fromEntries(
      segments.map(({ segment, label, metrics }) => [`${segment} ${label}`, metrics['recall@3']!.value]),
    );
    expect(recall['country de']).toBe(1);
    expect(recall['country unknown']).toBe(0);
    expect(Object.keys(recall).filter((name) => name.startsWith('item popularity')).length).toBeGreaterThan(1);
  });

  it('leaves out test interactions that the training has, and counts users and items that it has not', async () => {
    const cold = interactionsOf([
      [0, 0],
      [0, 30],
      [39, 59],
    ]);
    const small = interactionsOf([
      [0, 0],
      [1, 30],
    ]);
    const { counts } = await measure({ train: small, test: cold });
    expect(counts).toMatchObject({ users: 2, questions: 2, alsoInTraining: 1, unseenUsers: 1, unseenItems: 1 });
  });

  it('gives equal numbers for equal requests', async () => {
    expect(await measure({})).toEqual(await measure({}));
  });
});

describe('leave one out', () => {
  const one = interactionsOf(Array.from({ length: USERS }, (_, user) => [user, (user + 30) % ITEMS] as const));
  const question = { protocol: 'leave-one-out', test: one } as const;

  it('ranks the item among its listed negatives', async () => {
    const users = [...Array(USERS).keys()];
    const negatives: Negatives = {
      userIndex: Int32Array.from(users),
      itemIndex: Int32Array.from(users, (user) => (user + 30) % ITEMS),
      offsets: Int32Array.from({ length: USERS + 1 }, (_, user) => 4 * user),
      items: Int32Array.from(users.flatMap((user) => [31, 32, 33, 40].map((step) => (user + step) % ITEMS))),
      droppedCount: 6,
      repeatedCount: 0,
    };
    const { metrics, counts } = await measure({ ...question, negatives });
    // of the four only the one at distance 40 is equal to the item
    expect(metrics['mrr@3']!.value).toBe(1 / 2);
    expect(metrics.auc!.value).toBe(3 / 4);
    expect(counts).toMatchObject({ droppedNegatives: 6, withoutNegatives: 0 });
    const unlisted = { ...negatives, userIndex: negatives.userIndex.map((user) => (user === 0 ? 1 : user)) };
    expect((await measure({ ...question, negatives: unlisted })).counts).toMatchObject({
      withoutNegatives: 1,
      users: 39,
    });
  });

  it('draws negatives that the user does not have, the same for the same seed', async () => {
    const asked: number[][] = [];
    const spy = {
      ...oracle,
      scorePairs: async (users: Int32Array, items: Int32Array) => {
        for (let i = 0; i < users.length; i++) asked.push([users[i]!, items[i]!]);
        return new Float32Array(users.length);
      },
    };
    await measure({ ...question, scorer: spy, negatives: { sampled: 20 } });
    expect(asked).toHaveLength(USERS * 21);
    expect(new Set(asked.map(String)).size).toBe(USERS * 21);
    const owned = new Set(Array.from(train.userIndex, (user, e) => `${user},${train.itemIndex[e]}`));
    expect(asked.filter((pair) => owned.has(String(pair)))).toEqual([]);
    const first = [...asked];
    asked.length = 0;
    await measure({ ...question, scorer: spy, negatives: { sampled: 20 } });
    expect(asked).toEqual(first);
  });

  it('takes all that is left where fewer items are free than are wanted', async () => {
    const { metrics } = await measure({ ...question, negatives: { sampled: 1_000 } });
    const everything = await measure({ ...question, negatives: 'all' });
    expect(metrics.auc!.value).toBeCloseTo(everything.metrics.auc!.value, 10);
  });
});

describe('ratings', () => {
  const rated = (value: (user: number, item: number) => number, of: Interactions) =>
    interactionsOf(
      Array.from(of.userIndex, (user, e) => [user, of.itemIndex[e]!, value(user, of.itemIndex[e]!)] as const),
    );
  const truth = (user: number, item: number) => 1 + ((user + item) % 5);
  const ratings = { protocol: 'ratings', train: rated(truth, train), test: rated(truth, test) } as const;

  it('measure errors over ratings', async () => {
    const off = scorerOf((user, item) => truth(user, item) + (item % 2 === 0 ? 1 : -0.5));
    const { metrics, main, counts } = await measure({ ...ratings, scorer: off });
    const errors = Array.from(ratings.test.userIndex, (user, e) => {
      const item = ratings.test.itemIndex[e]!;
      const predicted = Math.min(5, Math.max(1, truth(user, item) + (item % 2 === 0 ? 1 : -0.5)));
      return predicted - truth(user, item);
    });
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(metrics.rmse!.value).toBeCloseTo(Math.sqrt(mean(errors.map((x) => x * x))), 5);
    expect(metrics.mae!.value).toBeCloseTo(mean(errors.map(Math.abs)), 5);
    expect(metrics.rmse!.low).toBeLessThan(metrics.rmse!.value);
    expect(main).toEqual({ name: 'rmse', isHigherBetter: false });
    expect(counts.questions).toBe(errors.length);
  });

  it('have no calibration error where predictions are right on average, and all of it where they are not', async () => {
    const { metrics } = await measure({ ...ratings, scorer: scorerOf(truth) });
    expect(metrics.calibration_error!.value).toBeCloseTo(0, 6);
    const { metrics: high } = await measure({ ...ratings, scorer: scorerOf(() => 5) });
    expect(high.calibration_error!.value).toBeCloseTo(high.mae!.value, 5);
  });

  it('count a prediction that is no number as the worst there is', async () => {
    const { metrics } = await measure({ ...ratings, scorer: scorerOf(() => Number.NaN) });
    const worst = Array.from(ratings.test.value, (value) => Math.max(value - 1, 5 - value));
    expect(metrics.mae!.value).toBeCloseTo(worst.reduce((sum, x) => sum + x, 0) / worst.length, 5);
  });
});

describe('bad requests', () => {
  const none = interactionsOf([]);

  it('are refused with a reason', async () => {
    expect(await codeOf(measure({ test: none }))).toBe('failed_precondition.dataset_empty');
    expect(await codeOf(measure({ train: none }))).toBe('failed_precondition.dataset_empty');
    expect(await codeOf(measure({ test: train }))).toBe('failed_precondition.dataset_empty');
    expect(await codeOf(measure({ ks: [0] }))).toBe('invalid.settings');
    expect(await codeOf(measure({ test: { ...test, itemCount: 61 } }))).toBe('invalid.dataset');
  });

  it('of a scorer that answers too little are an error of that scorer', async () => {
    const short = { ...oracle, scoreAll: async () => new Float32Array(3) };
    expect(await codeOf(measure({ scorer: short }))).toBe('internal.scorer');
  });

  it('stop when they are cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await codeOf(measure({ signal: controller.signal }))).toBe('cancelled.evaluation');
  });
});

it('gives a scorer at random an area near one half, within five standard errors', async () => {
  const uniform = seededUniform(4);
  const noise = Float32Array.from({ length: USERS * ITEMS }, () => uniform());
  const { metrics } = await measure({ scorer: scorerOf((user, item) => noise[user * ITEMS + item]!) });
  // one pair's standard error is 0.29; 80 items against 55 others each
  expect(Math.abs(metrics.auc!.value - 0.5)).toBeLessThan((5 * 0.29) / Math.sqrt(80));
});
