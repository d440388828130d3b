import { DropoutMasks } from '../src/dropout-masks';
import { orderOf } from '../src/graph';
import * as nn from '../src/index';
import { type Net, type Tensor, Net as TheNet } from '../src/index';
import { writeGraph } from '../src/onnx/onnx-writer';
import { Session } from '../src/onnxruntime/session';
import { batchSize } from '../src/ops/arithmetic';
import { broadcast } from '../src/ops/broadcast';
import { type Shape, sizeOf } from '../src/shape';
import { distance, normals } from './random';
import { evaluate, KNOWN_OPS } from './reference';

const BATCH = 5;
/** Central differences in double precision with a step of 1e-5 are exact to about 1e-9 here. */
const STEP = 1e-5;
const EXACT = 1e-7;
/** float32, by another order of sums. */
const CLOSE = 2e-5;

interface Case {
  readonly shapes: readonly Shape[];
  /** Positive values only, for what is not defined elsewhere. */
  readonly positive?: boolean;
  readonly build: (net: Net, ...inputs: Tensor[]) => Tensor;
}

const VECTOR: Shape = [4];
const ROW: Shape = ['batch', 4];
const unary = (build: (x: Tensor) => Tensor, positive = false): Case => ({
  shapes: [ROW],
  positive,
  build: (_net, x) => build(x),
});
const binary = (build: (a: Tensor, b: Tensor) => Tensor, shapes: readonly Shape[], positive = false): Case => ({
  shapes,
  positive,
  build: (_net, a, b) => build(a, b),
});

const CASES: Readonly<Record<string, Case>> = {
  'add with a stretched row': binary(nn.add, [ROW, VECTOR]),
  'add with a stretched column': binary(nn.add, [['batch', 1], ROW]),
  subtract: binary(nn.subtract, [ROW, ROW]),
  'subtract where the first operand stretches': binary(nn.subtract, [VECTOR, ROW]),
  'multiply with a stretched column': binary(nn.multiply, [ROW, ['batch', 1]]),
  'multiply with stretched axes on both sides': binary(nn.multiply, [
    ['batch', 1],
    [1, 3],
  ]),
  'multiply with a scalar': binary(nn.multiply, [ROW, []]),
  'divide with a stretched row': binary(nn.divide, [ROW, VECTOR], true),
  'divide where the first operand stretches': binary(nn.divide, [VECTOR, ROW], true),
  negate: unary(nn.negate),
  relu: unary(nn.relu),
  sigmoid: unary(nn.sigmoid),
  tanh: unary(nn.tanh),
  exp: unary(nn.exp),
  log: unary(nn.log, true),
  sqrt: unary(nn.sqrt, true),
  softplus: unary(nn.softplus),
  square: unary(nn.square),
  softmax: unary(nn.softmax),
  logSoftmax: unary(nn.logSoftmax),
  'sum over the batch': unary((x) => nn.sum(x, { axes: [0] })),
  'sum over columns, kept': unary((x) => nn.sum(x, { axes: [-1], keepDims: true })),
  'sum that stretches again': unary((x) => nn.multiply(x, nn.sum(x, { axes: [0], keepDims: true }))),
  'mean over all': unary((x) => nn.mean(x)),
  'mean over the batch that stretches again': unary((x) => nn.subtract(x, nn.mean(x, { axes: [0] }))),
  reshape: unary((x) => nn.square(nn.reshape(x, ['batch', 2, 2]))),
  transpose: { shapes: [['batch', 2, 3]], build: (_net, x) => nn.square(nn.transpose(x)) },
  'transpose in another order': {
    shapes: [['batch', 2, 3]],
    build: (_net, x) => nn.square(nn.transpose(x, [2, 0, 1])),
  },
  slice: unary((x) => nn.slice(x, { axis: -1, start: 1, end: 3 })),
  concat: binary((a, b) => nn.square(nn.concat([a, b, a])), [ROW, ['batch', 2]]),
  broadcast: binary((a, b) => nn.multiply(broadcast(a, ROW), b), [VECTOR, ROW]),
  'broadcast of what is the same everywhere': unary((x) => broadcast(nn.sum(x, { axes: [0, 1], keepDims: true }), ROW)),
  matMul: binary((a, b) => nn.matMul(a, b), [ROW, [4, 3]]),
  'matMul, first transposed': binary((a, b) => nn.matMul(a, b, { transposeA: true }), [ROW, ['batch', 3]]),
  'matMul, second transposed': binary((a, b) => nn.matMul(a, b, { transposeB: true }), [ROW, [3, 4]]),
  'matMul, both transposed': binary(
    (a, b) => nn.matMul(a, b, { transposeA: true, transposeB: true }),
    [ROW, [3, 'batch']],
  ),
  'matMul of the batch with itself': binary((a, b) => nn.matMul(a, b, { transposeB: true }), [ROW, ROW]),
  'matMul per example': binary(
    (a, b) => nn.matMul(a, b),
    [
      ['batch', 2, 3],
      ['batch', 3, 2],
    ],
  ),
  'matMul per example, second transposed': binary(
    (a, b) => nn.matMul(a, b, { transposeB: true }),
    [
      ['batch', 1, 3],
      ['batch', 4, 3],
    ],
  ),
  'matMul with a bias': { shapes: [ROW, [4, 3], [3]], build: (_net, x, w, b) => nn.add(nn.matMul(x, w!), b!) },
  'linear over two tensors': {
    shapes: [ROW, ['batch', 3]],
    build: (net, a, b) => nn.linear(net, [a, b!], { name: 'l', width: 2 }),
  },
  'batch normalization': { shapes: [ROW], build: (net, x) => net.batchNorm(x, 'norm') },
  dropout: { shapes: [ROW], build: (net, x) => net.dropout(x, 0.5) },
  'dropout after ReLU': { shapes: [ROW], build: (net, x) => nn.square(net.dropout(nn.relu(x), 0.5)) },
  'a scaled product and a sum of products': {
    shapes: [ROW, [4, 3], ['batch', 3]],
    build: (_net, x, w, y) =>
      nn.add(nn.multiply(nn.matMul(x, w!), 3), nn.matMul(y!, nn.matMul(y!, y!, { transposeA: true }))),
  },
  'the size of the batch': unary((x) => nn.multiply(x, batchSize(x.graph))),
  binaryCrossEntropy: binary((z, y) => nn.binaryCrossEntropyWithLogits(z, nn.sigmoid(y)), [ROW, ROW]),
  meanSquaredError: binary(nn.meanSquaredError, [ROW, ROW]),
  'BPR of one positive and many negatives': binary(nn.bprLoss, [['batch', 1], ROW]),
  'sampled softmax': binary(nn.sampledSoftmaxLoss, [ROW, VECTOR]),
};

const nameOf = (tensor: Tensor) => (tensor.origin as { name: string }).name;
const maskOf = (drawn: Float64Array, rate: number) => drawn.map((x) => (x > 0 ? 1 / (1 - rate) : 0));

/** A net whose loss is a weighted sum of the case's result, and all leaves with values. */
function prepare({ shapes, positive, build }: Case) {
  const net = new TheNet('case');
  const inputs = shapes.map((shape, at) => net.rows(`x${at}`, shape));
  const raw = build(net, ...inputs);
  const result = raw.shape.length === 0 ? raw : nn.multiply(raw, net.input('weights', raw.shape));
  net.loss(nn.sum(result));
  const { loss } = nn.trainingPass(net);
  const leaves = orderOf([loss]).filter(({ origin }) => 'name' in origin);
  const values = Object.fromEntries(
    leaves.map((leaf, at) => {
      const drawn = Float64Array.from(normals(sizeOf(leaf.shape, BATCH), at + 1));
      return [
        nameOf(leaf),
        leaf.origin.kind === 'mask'
          ? maskOf(drawn, leaf.origin.rate)
          : positive
            ? drawn.map((x) => Math.abs(x) + 0.5)
            : drawn,
      ];
    }),
  );
  const targets = leaves.filter(({ origin }) => origin.kind === 'rows' || origin.kind === 'parameter');
  return { loss, targets, values, gradients: nn.differentiate(loss, targets) };
}

/** d loss / d values[name] by central differences. */
function differences(loss: Tensor, values: Readonly<Record<string, Float64Array>>, name: string): Float64Array {
  const lossAt = (i: number, delta: number) => {
    const moved = Float64Array.from(values[name]!);
    moved[i]! += delta;
    return evaluate([loss], { ...values, [name]: moved }, BATCH)[0]!.data[0]!;
  };
  return values[name]!.map((_, i) => (lossAt(i, STEP) - lossAt(i, -STEP)) / (2 * STEP));
}

describe('differentiate', () => {
  it.each(Object.entries(CASES))('gives the slope of %s', (_name, theCase) => {
    const { loss, targets, values, gradients } = prepare(theCase);
    const computed = evaluate(gradients, values, BATCH);
    targets.forEach((target, at) => {
      expect(gradients[at]!.shape).toEqual(target.shape);
      expect(distance(computed[at]!.data, differences(loss, values, nameOf(target)))).toBeLessThan(EXACT);
    });
  });

  it('is tried on every operation', () => {
    const used = Object.values(CASES).flatMap((theCase) => {
      const { loss, gradients } = prepare(theCase);
      return orderOf([loss, ...gradients]).flatMap(({ origin }) => (origin.kind === 'op' ? [origin.op.name] : []));
    });
    expect([...new Set(used)].sort()).toEqual([...KNOWN_OPS].sort());
  });

  it('refuses what the loss does not depend on', () => {
    const net = new TheNet('net');
    const unused = net.parameter('unused', [2], nn.ONES);
    const loss = nn.sum(net.rows('x', ROW));
    expect(() => nn.differentiate(loss, [unused])).toThrow('does not depend on "unused"');
  });

  it('does work that appears twice once', () => {
    const net = new TheNet('net');
    const x = net.input('x', ROW);
    expect(nn.sigmoid(nn.add(x, 1))).toBe(nn.sigmoid(nn.add(x, 1)));
  });
});

describe('graphs for ONNX Runtime', () => {
  it.each(Object.entries(CASES))('compute %s and its slope as the definitions say', async (_name, theCase) => {
    const { loss, values, gradients } = prepare(theCase);
    const outputs = new Map([loss, ...gradients].map((tensor, at) => [`out${at}`, tensor]));
    await using session = await Session.open(writeGraph('case', { outputs }), { intraOpNumThreads: 1 });
    const inputs = session.batchInputs(BATCH);
    for (const leaf of session.graph.inputs.keys()) {
      inputs[leaf] = session.tensor(leaf, Float32Array.from(values[leaf]!), BATCH);
    }
    const results = await session.run(inputs);
    evaluate([...outputs.values()], values, BATCH).forEach((expected, at) => {
      expect(distance(results[`out${at}`]!.data as Float32Array, expected.data)).toBeLessThan(CLOSE);
    });
  });
});

describe('masks of dropout', () => {
  it('leave out the share that was asked for, scale the rest, and change with the step and the name alone', () => {
    const masks = new DropoutMasks(3);
    const mask = masks.mask({ name: 'a', rate: 0.2 }, 100_000, 7);
    const kept = mask.filter((x) => x !== 0);
    // the share of 100,000 draws has a deviation of .0013
    expect(Math.abs(kept.length / mask.length - 0.8)).toBeLessThan(0.005);
    expect(kept.every((x) => x === 1.25)).toBe(true);
    expect(new DropoutMasks(3).mask({ name: 'a', rate: 0.2 }, 100_000, 7)).toEqual(mask);
    expect(masks.mask({ name: 'a', rate: 0.2 }, 100_000, 8)).not.toEqual(mask);
    expect(masks.mask({ name: 'b', rate: 0.2 }, 100_000, 7)).not.toEqual(mask);
    expect(new DropoutMasks(4).mask({ name: 'a', rate: 0.2 }, 100_000, 7)).not.toEqual(mask);
  });
});
