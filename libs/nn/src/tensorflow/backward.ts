import { AppError } from '@attune/errors';
import type * as tfjs from '@tensorflow/tfjs';
import type { DenseLayout } from '../dense-state';
import type { Feeds } from '../engine';
import { trainingPass } from '../lower';
import type { Net } from '../net';
import { concreteShape, sizeOf } from '../shape';
import type { Leaf, Tensor, TensorFlow } from '../tensor';
import type { DenseTensors } from './dense-tensors';
import { evaluate, type LeafValue } from './evaluate';

/** What a pass over a net is given. */
export interface PassInputs {
  readonly feeds: Feeds;
  readonly batch: number;
  readonly dense: DenseTensors;
  /** The mask of a dropout; see `DropoutMasks.mask`. */
  mask(leaf: { readonly name: string; readonly rate: number }, size: number): Float32Array;
}

/** Loss and gradients, on the device. */
export interface Backward {
  readonly loss: tfjs.Tensor;
  /** Of all parameters in one row; absent where the net has none. */
  readonly gradient: tfjs.Tensor | undefined;
  /** By the names of rows. */
  readonly rowGradients: Record<string, tfjs.Tensor>;
  /** The running statistics after this batch, in one row. */
  readonly statistics: tfjs.Tensor;
}

/** The values of a net's leaves: views of the rows that training moves, masks, and what was fed. */
export function leavesOf(tf: TensorFlow, layout: DenseLayout, given: PassInputs): LeafValue {
  const place = (row: tfjs.Tensor, places: typeof layout.parameters.places, name: string, { shape }: Tensor) => {
    const { start, end } = places.find((candidate) => candidate.name === name)!;
    return tf.reshape(tf.slice(row, start, end - start), concreteShape(shape, given.batch));
  };
  return (leaf: Leaf, tensor: Tensor) => {
    const shape = concreteShape(tensor.shape, given.batch);
    switch (leaf.kind) {
      case 'constant':
        return tf.scalar(leaf.value);
      case 'batch_size':
        return tf.scalar(given.batch);
      case 'mask':
        return tf.tensor(given.mask(leaf, sizeOf(tensor.shape, given.batch)), shape);
      case 'parameter':
        return place(given.dense.values, layout.parameters.places, leaf.name, tensor);
      case 'statistic':
        return place(given.dense.statistics, layout.statistics.places, leaf.name, tensor);
      case 'input':
      case 'rows':
        return tf.tensor(given.feeds[leaf.name]!, shape);
      default:
        throw new AppError('internal.leaf', `a net has no ${leaf.kind}`);
    }
  };
}

/** The training pass of a net, differentiated by TensorFlow.js itself. Call it inside of `tf.tidy`. */
export function makeBackward(tf: TensorFlow, net: Net, layout: DenseLayout): (given: PassInputs) => Backward {
  const pass = trainingPass(net);
  const targets = [pass.loss, ...layout.statistics.places.map(({ name }) => pass.updates.get(name)!)];
  const rowNames = [...net.rowInputs.keys()];
  const hasParameters = layout.parameters.size > 0;
  return (given) => {
    const rows = [...net.rowInputs].map(([name, { shape }]) =>
      tf.tensor(given.feeds[name]!, concreteShape(shape, given.batch)),
    );
    const moving = hasParameters ? [given.dense.values, ...rows] : rows;
    let updates: tfjs.Tensor[] = [];
    const lossOf = (...parts: tfjs.Tensor[]): tfjs.Scalar => {
      const values = hasParameters ? parts[0]! : given.dense.values;
      const byName = new Map(rowNames.map((name, at) => [name, parts[at + (hasParameters ? 1 : 0)]!]));
      const leaves = leavesOf(tf, layout, { ...given, dense: { ...given.dense, values } });
      const [loss, ...next] = evaluate(tf, targets, (leaf, tensor) =>
        leaf.kind === 'rows' ? byName.get(leaf.name)! : leaves(leaf, tensor),
      );
      // they leave beside the loss, which is all that TensorFlow.js lets out
      updates = next.map((update) => tf.keep(tf.reshape(update, [-1])));
      return tf.reshape(loss!, []) as tfjs.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(moving);
    const statistics = updates.length === 0 ? given.dense.statistics : tf.concat(updates);
    for (const update of updates) update.dispose();
    const [gradient, rest] = hasParameters ? [grads[0], grads.slice(1)] : [undefined, grads];
    const rowGradients = Object.fromEntries(rowNames.map((name, at) => [name, rest[at]!]));
    return { loss: value, gradient, rowGradients, statistics };
  };
}

/** The same with gradients of a limited norm; see `clipGradients`. Call it inside of `tf.tidy`. */
export function clipped(tf: TensorFlow, found: Backward, clipNorm: number | undefined): Backward {
  if (clipNorm === undefined) return found;
  const { gradient, rowGradients } = found;
  const all = [...(gradient === undefined ? [] : [gradient]), ...Object.values(rowGradients)];
  const norm = tf.sqrt(tf.addN(all.map((part) => tf.sum(tf.square(part)))));
  const scale = tf.div(clipNorm, tf.maximum(norm, clipNorm));
  const rows = Object.entries(rowGradients).map(([name, part]) => [name, tf.mul(part, scale)] as const);
  return { ...found, gradient: gradient && tf.mul(gradient, scale), rowGradients: Object.fromEntries(rows) };
}
