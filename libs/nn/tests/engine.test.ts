import { openGraphSession } from '@attune/onnx';
import {
  type CompileOptions,
  inferenceGraph,
  type NamedValues,
  type OptimizerSettings,
  onnxRuntimeEngine,
} from '../src/index';
import { aRegression, aTower } from './nets';
import { distance, labels, normals } from './random';

const BATCH = 16;
const ADAM: OptimizerSettings = { kind: 'adam' };
const LEARNING_RATE = 0.01;
const compile = (net = aTower(), options: Partial<CompileOptions> = {}) =>
  onnxRuntimeEngine().compile(net, { optimizer: ADAM, seed: 5, threads: 1, ...options });

const feedsOf = (batch: number, seed: number) => ({
  user: normals(batch * 6, seed),
  item: normals(batch * 6, seed + 1),
  label: labels(batch, seed + 2),
});
const regressionFeeds = { x: normals(BATCH * 7, 7), y: normals(BATCH * 2, 8) };

/** The optimizers by their papers, one number at a time, in double precision. */
function byThePaper(settings: OptimizerSettings, p: number, gradients: readonly number[]): number {
  const rate = settings.weightDecay?.rate ?? 0;
  const decoupled = settings.weightDecay?.kind === 'decoupled';
  let [m, v] = [0, 0];
  gradients.forEach((plain, at) => {
    const g = decoupled ? plain : plain + rate * p;
    const pull = decoupled ? LEARNING_RATE * rate * p : 0;
    if (settings.kind === 'adam') {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const [mHat, vHat] = [m / (1 - 0.9 ** (at + 1)), v / (1 - 0.999 ** (at + 1))];
      p -= pull + (LEARNING_RATE * mHat) / (Math.sqrt(vHat) + 1e-8);
    } else if (settings.kind === 'adagrad') {
      v += g * g;
      p -= pull + (LEARNING_RATE * g) / (Math.sqrt(v) + 1e-10);
    } else {
      m = (settings.momentum ?? 0) * m + g;
      p -= pull + LEARNING_RATE * m;
    }
  });
  return p;
}

const OPTIMIZERS: readonly (readonly [string, OptimizerSettings])[] = [
  ['Adam', ADAM],
  ['Adam with decoupled decay', { kind: 'adam', weightDecay: { kind: 'decoupled', rate: 0.1 } }],
  ['Adam with L2', { kind: 'adam', weightDecay: { kind: 'l2', rate: 0.1 } }],
  ['Adagrad', { kind: 'adagrad' }],
  ['descent', { kind: 'sgd' }],
  ['descent with momentum and decay', { kind: 'sgd', momentum: 0.9, weightDecay: { kind: 'decoupled', rate: 0.1 } }],
];

describe('a net in ONNX Runtime', () => {
  it.each(OPTIMIZERS)('moves its parameters by %s as the paper says', async (_name, optimizer) => {
    await using net = await compile(aRegression(), { optimizer });
    const before = await net.state();
    const gradients: NamedValues[] = [];
    for (let step = 0; step < 3; step++) {
      gradients.push((await net.gradients(regressionFeeds)).gradients);
      await net.step(regressionFeeds, { learningRate: LEARNING_RATE });
    }
    const after = await net.state();
    for (const name of ['hidden.weight', 'out.bias']) {
      // biases do not decay
      const settings = name.endsWith('.bias') ? { ...optimizer, weightDecay: undefined } : optimizer;
      const expected = Array.from(before[name]!, (p, i) =>
        byThePaper(
          settings,
          p,
          gradients.map((g) => g[name]![i]!),
        ),
      );
      expect(distance(after[name]!, expected)).toBeLessThan(1e-6);
    }
    expect(after[':step']).toEqual(Float32Array.of(3));
  });

  it('learns', async () => {
    await using net = await compile(aRegression());
    const first = await net.step(regressionFeeds, { learningRate: LEARNING_RATE });
    let last = first;
    for (let step = 0; step < 300; step++) last = await net.step(regressionFeeds, { learningRate: LEARNING_RATE });
    // 16 examples, 108 weights: it can learn them by heart
    expect(last.loss).toBeLessThan(first.loss / 100);
  });

  it('trains to the same bytes from the same seed, and to others from another one', async () => {
    const train = async (seed: number) => {
      await using net = await compile(aTower(), { seed });
      for (let step = 0; step < 5; step++) await net.step(feedsOf(BATCH, step), { learningRate: LEARNING_RATE });
      return net.state();
    };
    const first = await train(5);
    expect(await train(5)).toEqual(first);
    expect((await train(6))['mlp.1.weight']).not.toEqual(first['mlp.1.weight']);
  });

  it('goes on from a restored state as if it had never stopped, also in a smaller batch', async () => {
    await using one = await compile();
    await one.step(feedsOf(BATCH, 1), { learningRate: LEARNING_RATE });
    const state = await one.state();
    const straight = await one.step(feedsOf(9, 2), { learningRate: LEARNING_RATE });
    const gradient = straight.rowGradients.user!.slice();
    await using other = await compile(aTower(), { seed: 5 });
    await other.restore(state);
    const resumed = await other.step(feedsOf(9, 2), { learningRate: LEARNING_RATE });
    expect(resumed.loss).toBe(straight.loss);
    expect(resumed.rowGradients.user).toEqual(gradient);
    expect(await other.state()).toEqual(await one.state());
  });

  it('hands back the gradients of rows that it would see', async () => {
    await using net = await compile();
    const feeds = feedsOf(BATCH, 3);
    const seen = await net.gradients(feeds);
    const stepped = await net.step(feeds, { learningRate: LEARNING_RATE });
    expect(stepped.loss).toBeCloseTo(seen.loss, 6);
    expect(distance(stepped.rowGradients.item!, seen.gradients.item!)).toBeLessThan(1e-6);
  });

  it('answers without dropout and by running statistics, and alike for one example and for many', async () => {
    await using net = await compile();
    for (let step = 0; step < 20; step++) await net.step(feedsOf(BATCH, step), { learningRate: LEARNING_RATE });
    const { user, item } = feedsOf(BATCH, 50);
    const all = (await net.predict({ user, item })).probability!;
    const one = (await net.predict({ user: user.subarray(6, 12), item: item.subarray(6, 12) })).probability!;
    expect(all).toHaveLength(BATCH);
    expect(distance(one, all.subarray(1, 2))).toBeLessThan(1e-6);
  });

  it('keeps running means and variances of what its batches had', async () => {
    await using net = await compile(aTower(0));
    const feeds = feedsOf(BATCH, 4);
    const before = await net.state();
    await net.step(feeds, { learningRate: LEARNING_RATE });
    const after = await net.state();
    const sums = (column: number) =>
      Array.from({ length: BATCH }, (_, row) => {
        let sum = 0;
        for (let k = 0; k < 6; k++) {
          sum += feeds.user[row * 6 + k]! * before['mlp.0.weight.0']![k * 8 + column]!;
          sum += feeds.item[row * 6 + k]! * before['mlp.0.weight.1']![k * 8 + column]!;
        }
        return sum;
      });
    const column = sums(3);
    const mean = column.reduce((a, b) => a + b, 0) / BATCH;
    const variance = column.reduce((total, x) => total + (x - mean) ** 2, 0) / BATCH;
    expect(after['mlp.0.norm.mean']![3]).toBeCloseTo(0.1 * mean, 5);
    expect(after['mlp.0.norm.variance']![3]).toBeCloseTo(0.9 + 0.1 * variance, 5);
  });

  it('says all that is wrong with feeds', async () => {
    await using net = await compile();
    const { user } = feedsOf(BATCH, 1);
    const step = net.step({ user, label: labels(BATCH - 1, 1) }, { learningRate: LEARNING_RATE });
    await expect(step).rejects.toMatchObject({
      code: 'invalid.feeds',
      message: expect.stringMatching(/"item" is missing; "label" has 15 examples where others have 16/),
    });
    const uneven = { ...feedsOf(BATCH, 1), user: user.subarray(1) };
    await expect(net.step(uneven, { learningRate: LEARNING_RATE })).rejects.toThrow(
      '"user" has 95 values, which is no [batch, 6]',
    );
  });

  it('stops at a loss that is not finite, and stays as it was', async () => {
    await using net = await compile();
    await net.step(feedsOf(BATCH, 1), { learningRate: LEARNING_RATE });
    const before = await net.state();
    const feeds = feedsOf(BATCH, 2);
    feeds.user[3] = Number.NaN;
    await expect(net.step(feeds, { learningRate: LEARNING_RATE })).rejects.toMatchObject({ code: 'internal.diverged' });
    expect(await net.state()).toEqual(before);
  });

  it('refuses the state of another net', async () => {
    await using net = await compile();
    await using other = await compile(aRegression());
    const before = await net.state();
    await expect(net.restore(await other.state())).rejects.toMatchObject({ code: 'invalid.state' });
    expect(await net.state()).toEqual(before);
  });
});

describe('inferenceGraph', () => {
  it('answers from stored tables as the net does from their rows', async () => {
    await using net = await compile();
    for (let step = 0; step < 5; step++) await net.step(feedsOf(BATCH, step), { learningRate: LEARNING_RATE });
    const [users, items] = [normals(4 * 6, 20), normals(3 * 6, 21)];
    const model = inferenceGraph(aTower(), {
      name: 'tower',
      state: await net.state(),
      tables: {
        user: { values: users, indexInput: 'user_index' },
        item: { values: items, indexInput: 'item_index' },
      },
    });
    await using session = await openGraphSession(model);
    const index = (data: number[]) => ({ type: 'int32' as const, dims: [data.length], data });
    const { probability } = await session.run({ user_index: index([3, 0]), item_index: index([1, 2]) });
    const expected = await net.predict({
      user: Float32Array.from([...users.subarray(18, 24), ...users.subarray(0, 6)]),
      item: items.subarray(6, 18),
    });
    expect(distance(probability!.data, expected.probability!)).toBeLessThan(1e-6);
  });

  it('refuses a state without all parameters', () => {
    expect(() => inferenceGraph(aTower(), { name: 'tower', state: {} })).toThrow('lacks "mlp.0.weight.0"');
  });
});
