import * as tf from '@tensorflow/tfjs';
import {
  binaryCrossEntropyWithLogits,
  multiply,
  type NamedValues,
  Net,
  type OptimizerSettings,
  onnxRuntimeEngine,
  sum,
  type TrainingEngine,
} from '../src/index';
import { tensorFlowEngine } from '../src/tensorflow/tensorflow-engine';
import { aGmf, aRegression, aTower } from './nets';
import { labels, normals } from './random';

const BATCH = 16;

/** Each net with feeds that differ from step to step. */
const NETS: Readonly<Record<string, { net: () => Net; feeds: (step: number) => Record<string, Float32Array> }>> = {
  'a tower with batch normalization and dropout': {
    net: aTower,
    feeds: (step) => ({
      user: normals(BATCH * 6, step),
      item: normals(BATCH * 6, step + 100),
      label: labels(BATCH, step + 200),
    }),
  },
  'a weighted product of embeddings': {
    net: aGmf,
    feeds: (step) => ({
      user: normals(BATCH * 5, step),
      item: normals(BATCH * 5, step + 100),
      label: labels(BATCH, step + 200),
    }),
  },
  'a regression without rows': {
    net: aRegression,
    feeds: (step) => ({ x: normals(BATCH * 7, step), y: normals(BATCH * 2, step + 100) }),
  },
  'a factorization without parameters': {
    net: () => {
      const net = new Net('factorization');
      const product = multiply(net.rows('user', ['batch', 5]), net.rows('item', ['batch', 5]));
      const logits = sum(product, { axes: [1], keepDims: true });
      net.loss(binaryCrossEntropyWithLogits(logits, net.input('label', ['batch', 1])));
      net.output('logits', logits);
      return net;
    },
    feeds: (step) => ({
      user: normals(BATCH * 5, step),
      item: normals(BATCH * 5, step + 100),
      label: labels(BATCH, step + 200),
    }),
  },
};

const [TOWER, GMF, REGRESSION, FACTORIZATION] = Object.keys(NETS) as [string, string, string, string];
const ADAMW: OptimizerSettings = { kind: 'adam', weightDecay: { kind: 'decoupled', rate: 0.05 } };

let engines: readonly [TrainingEngine, TrainingEngine];

beforeAll(async () => {
  // it would else advertise its faster packages, which download when they are installed
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  engines = [onnxRuntimeEngine(), tensorFlowEngine(tf, { backend: 'cpu', reason: 'the oracle of these tests' })];
});

async function both(net: () => Net, optimizer: OptimizerSettings) {
  const options = { optimizer, seed: 5, threads: 1 };
  const [onnx, tensorFlow] = await Promise.all(engines.map((engine) => engine.compile(net(), options)));
  return { onnx: onnx!, tensorFlow: tensorFlow! };
}

/** The largest difference between two tensors, relative to the largest number of the second: second moments are far below 1. */
function apart(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const largest = (values: Float32Array) => values.reduce((max, x) => Math.max(max, Math.abs(x)), 1e-12);
  return largest(a.map((x, i) => x - b[i]!)) / largest(b);
}

/** The norm of all numbers together. */
function norm(tensors: readonly Float32Array[]): number {
  return Math.sqrt(tensors.reduce((total, tensor) => total + tensor.reduce((sum, x) => sum + x * x, 0), 0));
}

/** The names whose numbers differ by more than the tolerance, and by how much. */
function differences(a: Readonly<NamedValues>, b: Readonly<NamedValues>, tolerance: number): Record<string, number> {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  const all = Object.keys(b).map((name) => [name, apart(a[name]!, b[name]!)] as const);
  return Object.fromEntries(all.filter(([, far]) => !(far < tolerance)));
}

describe('the two engines', () => {
  it.each(Object.keys(NETS))('find the same loss and gradients for %s', async (name) => {
    const { net, feeds } = NETS[name]!;
    const { onnx, tensorFlow } = await both(net, { kind: 'adam' });
    await using closing = new AsyncDisposableStack();
    closing.use(onnx);
    closing.use(tensorFlow);
    const [ours, theirs] = [await onnx.gradients(feeds(1)), await tensorFlow.gradients(feeds(1))];
    expect(Math.abs(ours.loss - theirs.loss)).toBeLessThan(1e-4);
    // single precision, summed in another order
    expect(differences(ours.gradients, theirs.gradients, 1e-4)).toEqual({});
    const sizes = Object.values(theirs.gradients).map((gradient) => Math.max(...gradient.map(Math.abs)));
    expect(Math.max(...sizes)).toBeGreaterThan(0.01);
  });

  it.each<[string, string, OptimizerSettings]>([
    [TOWER, 'Adam', ADAMW],
    [GMF, 'Adagrad', { kind: 'adagrad', weightDecay: { kind: 'l2', rate: 0.05 } }],
    [REGRESSION, 'descent', { kind: 'sgd', momentum: 0.9, weightDecay: { kind: 'decoupled', rate: 0.05 } }],
    [FACTORIZATION, 'Adam', ADAMW],
  ])('are at the same parameters after 20 steps of %s by %s, and predict the same', async (name, _, optimizer) => {
    const { net, feeds } = NETS[name]!;
    const { onnx, tensorFlow } = await both(net, optimizer);
    await using closing = new AsyncDisposableStack();
    closing.use(onnx);
    closing.use(tensorFlow);
    const before = await tensorFlow.state();
    for (let step = 0; step < 20; step++) {
      const at = { learningRate: 0.02 / (1 + step / 10) };
      const [ours, theirs] = [await onnx.step(feeds(step), at), await tensorFlow.step(feeds(step), at)];
      expect(Math.abs(ours.loss - theirs.loss)).toBeLessThan(1e-3);
      expect(differences(ours.rowGradients, theirs.rowGradients, 1e-3)).toEqual({});
    }
    const after = await tensorFlow.state();
    expect(differences(await onnx.state(), after, 1e-3)).toEqual({});
    expect(Object.keys(differences(before, after, 1e-6))).toHaveLength(Object.keys(before).length);
    expect(differences(await onnx.predict(feeds(99)), await tensorFlow.predict(feeds(99)), 1e-3)).toEqual({});
  });

  it.each([0.05, 1e6])(
    'clip gradients to a norm of %p alike, those of rows and of parameters together',
    async (clipNorm) => {
      const { net, feeds } = NETS[REGRESSION]!;
      const gmf = NETS[GMF]!;
      for (const { net: build, feeds: make } of [{ net, feeds }, gmf]) {
        const options = { optimizer: { kind: 'sgd' }, seed: 5, threads: 1, clipNorm } as const;
        const results = await Promise.all(
          engines.map(async (engine) => {
            await using compiled = await engine.compile(build(), options);
            const before = await compiled.state();
            const { gradients } = await compiled.gradients(make(1));
            const { rowGradients } = await compiled.step(make(1), { learningRate: 1 });
            const after = await compiled.state();
            // at a rate of 1 a parameter moves by its gradient
            const moved = Object.keys(before).filter((name) => name !== ':step');
            const steps = moved.map((name) => before[name]!.map((x, i) => x - after[name]![i]!));
            const found = norm(Object.values(gradients));
            return { found, clipped: norm([...steps, ...Object.values(rowGradients)]) };
          }),
        );
        for (const { found, clipped } of results) {
          expect(found).toBeGreaterThan(0.05);
          expect(clipped / Math.min(found, clipNorm)).toBeCloseTo(1, 4);
        }
      }
    },
  );

  it('refuse to clip gradients to nothing', async () => {
    for (const engine of engines) {
      const compiling = engine.compile(aGmf(), { optimizer: { kind: 'sgd' }, seed: 5, threads: 1, clipNorm: 0 });
      await expect(compiling).rejects.toMatchObject({ code: 'invalid.settings' });
    }
  });

  it('take over each other’s states in the middle of a training', async () => {
    const { net, feeds } = NETS[TOWER]!;
    const { onnx, tensorFlow } = await both(net, ADAMW);
    await using closing = new AsyncDisposableStack();
    closing.use(onnx);
    closing.use(tensorFlow);
    const at = { learningRate: 0.01 };
    for (let step = 0; step < 5; step++) await tensorFlow.step(feeds(step), at);
    await onnx.restore(await tensorFlow.state());
    expect(await onnx.state()).toEqual(await tensorFlow.state());
    // dropout and the correction of Adam's moments depend on the step, so they must go on from there too
    await Promise.all([onnx.step(feeds(5), at), tensorFlow.step(feeds(5), at)]);
    expect(differences(await onnx.state(), await tensorFlow.state(), 1e-4)).toEqual({});
  });
});

describe('a net in TensorFlow.js', () => {
  const { net, feeds } = NETS[TOWER]!;
  const compile = () => engines[1].compile(net(), { optimizer: { kind: 'adam' }, seed: 1, threads: 1 });

  it('refuses a loss that is not a number, and stays as it was', async () => {
    await using compiled = await compile();
    await compiled.step(feeds(0), { learningRate: 0.1 });
    const before = await compiled.state();
    const poisoned = { ...feeds(1), label: new Float32Array(BATCH).fill(Number.NaN) };
    await expect(compiled.step(poisoned, { learningRate: 0.1 })).rejects.toMatchObject({ code: 'internal.diverged' });
    await expect(compiled.gradients(poisoned)).rejects.toMatchObject({ code: 'internal.diverged' });
    expect(await compiled.state()).toEqual(before);
  });

  it('leaves no memory behind on the device', async () => {
    const start = tf.memory().numTensors;
    const compiled = await compile();
    const held = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) await compiled.step(feeds(step), { learningRate: 0.1 });
    await compiled.gradients(feeds(0));
    await compiled.predict(feeds(0));
    await compiled.restore(await compiled.state());
    const poisoned = { ...feeds(1), label: new Float32Array(BATCH).fill(Number.NaN) };
    await expect(compiled.step(poisoned, { learningRate: 0.1 })).rejects.toThrow('NaN');
    expect(tf.memory().numTensors).toBe(held);
    await compiled[Symbol.asyncDispose]();
    expect(tf.memory().numTensors).toBe(start);
  });

  it('does not run on another backend than the one that is meant', () => {
    expect(() => tensorFlowEngine(tf, { backend: 'tensorflow', reason: '' })).toThrow(
      expect.objectContaining({ code: 'failed_precondition.engine_backend' }),
    );
  });

  it('says what is missing in the feeds', async () => {
    await using compiled = await compile();
    const { user, item } = feeds(0);
    await expect(compiled.step({ user: user! }, { learningRate: 0.1 })).rejects.toThrow('"item" is missing');
    // inference needs no labels
    expect(Object.keys(await compiled.predict({ user: user!, item: item! }))).toEqual(['probability']);
  });
});
