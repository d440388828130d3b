import * as tf from '@tensorflow/tfjs';
import { DropoutMasks } from '../src/dropout-masks';
import { type Feeds, type NamedValues, type Net, onnxRuntimeEngine } from '../src/index';
import { aGmf, aRegression, aTower } from './nets';
import { distance, labels, normals } from './random';

const BATCH = 16;
const SEED = 11;
/** float32 sums of a few dozen terms, in another order. */
const CLOSE = 1e-4;

type Variables = Record<string, tf.Tensor2D>;

/** Loss and gradients by TensorFlow.js's own formulation and differentiation, on its plain CPU backend. */
async function byTensorFlow(
  values: NamedValues,
  shapes: Record<string, [number, number]>,
  loss: (variables: Variables) => tf.Scalar,
): Promise<{ loss: number; gradients: NamedValues }> {
  await tf.setBackend('cpu');
  expect(tf.getBackend()).toBe('cpu');
  const names = Object.keys(shapes);
  const tensors = names.map((name) => tf.tensor2d(values[name]!, shapes[name]!));
  const named = (list: tf.Tensor[]) => Object.fromEntries(names.map((name, at) => [name, list[at]])) as Variables;
  const { value, grads } = tf.valueAndGrads((...list: tf.Tensor[]) => loss(named(list)))(tensors);
  const gradients = Object.fromEntries(names.map((name, at) => [name, grads[at]!.dataSync() as Float32Array]));
  return { loss: value.dataSync()[0]!, gradients };
}

/** Loss and gradients by ONNX Runtime and our differentiation, with the parameters it began with. */
async function byOnnx(net: Net, feeds: Feeds) {
  await using compiled = await onnxRuntimeEngine().compile(net, {
    optimizer: { kind: 'adam' },
    seed: SEED,
    threads: 1,
  });
  return { parameters: await compiled.state(), ...(await compiled.gradients(feeds)) };
}

function expectSame(ours: { loss: number; gradients: NamedValues }, oracle: { loss: number; gradients: NamedValues }) {
  expect(Math.abs(ours.loss - oracle.loss)).toBeLessThan(CLOSE);
  expect(Object.keys(ours.gradients).sort()).toEqual(Object.keys(oracle.gradients).sort());
  for (const [name, gradient] of Object.entries(oracle.gradients)) {
    expect([name, distance(ours.gradients[name]!, gradient) < CLOSE]).toEqual([name, true]);
  }
}

/** -y log p - (1 - y) log(1 - p), from the definition. */
function crossEntropy(logits: tf.Tensor, y: tf.Tensor): tf.Scalar {
  const p = tf.sigmoid(logits);
  return tf.neg(tf.mean(tf.add(tf.mul(y, tf.log(p)), tf.mul(tf.sub(1, y), tf.log(tf.sub(1, p)))))) as tf.Scalar;
}

// its plain CPU backend is what is wanted, so its advice to install another one is noise
beforeAll(() => {
  jest.spyOn(console, 'warn').mockImplementation();
});

describe('gradients of whole nets, against TensorFlow.js', () => {
  it('agree for a tower with batch normalization and dropout', async () => {
    const feeds = { user: normals(BATCH * 6, 1), item: normals(BATCH * 6, 2), label: labels(BATCH, 3) };
    const ours = await byOnnx(aTower(), feeds);
    const masks = new DropoutMasks(SEED);
    const mask = (name: string, width: number) =>
      tf.tensor2d(masks.mask({ name, rate: 0.25 }, BATCH * width, 0), [BATCH, width]);
    const shapes: Record<string, [number, number]> = {
      user: [BATCH, 6],
      item: [BATCH, 6],
      'mlp.0.weight.0': [6, 8],
      'mlp.0.weight.1': [6, 8],
      'mlp.0.norm.gamma': [1, 8],
      'mlp.0.norm.beta': [1, 8],
      'mlp.1.weight': [8, 4],
      'mlp.1.norm.gamma': [1, 4],
      'mlp.1.norm.beta': [1, 4],
      'out.weight': [4, 1],
      'out.bias': [1, 1],
    };
    const norm = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, 0, true);
      return tf.batchNorm(x, mean.squeeze([0]), variance.squeeze([0]), beta.squeeze([0]), gamma.squeeze([0]), 1e-5);
    };
    const oracle = await byTensorFlow({ ...ours.parameters, ...feeds }, shapes, (v) => {
      const both = tf.concat([v.user!, v.item!], 1);
      const first = tf.matMul(both, tf.concat([v['mlp.0.weight.0']!, v['mlp.0.weight.1']!], 0));
      const a = tf.mul(
        tf.relu(norm(first, v['mlp.0.norm.gamma']!, v['mlp.0.norm.beta']!)),
        mask('dropout.0', 8),
      ) as tf.Tensor2D;
      const second = tf.matMul(a, v['mlp.1.weight']!);
      const b = tf.mul(
        tf.relu(norm(second, v['mlp.1.norm.gamma']!, v['mlp.1.norm.beta']!)),
        mask('dropout.1', 4),
      ) as tf.Tensor2D;
      const logits = tf.add(tf.matMul(b, v['out.weight']!), v['out.bias']!);
      return crossEntropy(logits, tf.tensor2d(feeds.label, [BATCH, 1]));
    });
    expectSame(ours, oracle);
  });

  it('agree for a weighted product of embeddings', async () => {
    const feeds = { user: normals(BATCH * 5, 4), item: normals(BATCH * 5, 5), label: labels(BATCH, 6) };
    const ours = await byOnnx(aGmf(), feeds);
    const shapes: Record<string, [number, number]> = {
      user: [BATCH, 5],
      item: [BATCH, 5],
      'out.weight': [5, 1],
      'out.bias': [1, 1],
    };
    const oracle = await byTensorFlow({ ...ours.parameters, ...feeds }, shapes, (v) => {
      const logits = tf.add(tf.dot(tf.mul(v.user!, v.item!) as tf.Tensor2D, v['out.weight']!), v['out.bias']!);
      return crossEntropy(logits, tf.tensor2d(feeds.label, [BATCH, 1]));
    });
    expectSame(ours, oracle);
  });

  it('agree for a regression whose input is used twice', async () => {
    const feeds = { x: normals(BATCH * 7, 7), y: normals(BATCH * 2, 8) };
    const ours = await byOnnx(aRegression(), feeds);
    const shapes: Record<string, [number, number]> = {
      'hidden.weight': [7, 9],
      'hidden.bias': [1, 9],
      'out.weight': [9, 2],
      'out.bias': [1, 2],
      'around.weight': [7, 2],
      'around.bias': [1, 2],
    };
    const oracle = await byTensorFlow(ours.parameters, shapes, (v) => {
      const x = tf.tensor2d(feeds.x, [BATCH, 7]);
      const hidden = tf.tanh(tf.add(tf.dot(x, v['hidden.weight']!), v['hidden.bias']!)) as tf.Tensor2D;
      const out = tf.add(tf.dot(hidden, v['out.weight']!), v['out.bias']!);
      const around = tf.add(tf.dot(x, v['around.weight']!), v['around.bias']!);
      return tf.losses.meanSquaredError(tf.tensor2d(feeds.y, [BATCH, 2]), tf.add(out, around)) as tf.Scalar;
    });
    expectSame(ours, oracle);
  });
});
