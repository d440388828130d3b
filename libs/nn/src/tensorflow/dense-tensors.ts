import type * as tfjs from '@tensorflow/tfjs';
import type { DenseLayout, DenseRows } from '../dense-state';
import type { Moment } from '../optimizer';
import type { TensorFlow } from '../tensor';

/** Everything that training moves, as tensors on TensorFlow's device; see `DenseRows`. */
export interface DenseTensors {
  readonly values: tfjs.Tensor;
  readonly moments: Readonly<Partial<Record<Moment, tfjs.Tensor>>>;
  readonly statistics: tfjs.Tensor;
}

/** Copies rows to the device. */
export function toDevice(tf: TensorFlow, { values, moments, statistics }: DenseRows): DenseTensors {
  return {
    values: tf.tensor1d(values),
    moments: Object.fromEntries(Object.entries(moments).map(([name, row]) => [name, tf.tensor1d(row)])),
    statistics: tf.tensor1d(statistics),
  };
}

/** Copies rows from the device. */
export async function fromDevice(layout: DenseLayout, tensors: DenseTensors): Promise<DenseRows> {
  const rows = layout.empty();
  rows.values.set((await tensors.values.data()) as Float32Array);
  rows.statistics.set((await tensors.statistics.data()) as Float32Array);
  for (const moment of layout.moments) {
    rows.moments[moment]!.set((await tensors.moments[moment]!.data()) as Float32Array);
  }
  return rows;
}

/** Gives the device's memory back, but for what `others` still use. */
export function dispose(tensors: DenseTensors, others?: DenseTensors): void {
  const used = new Set(others === undefined ? [] : all(others));
  for (const tensor of all(tensors)) if (!used.has(tensor)) tensor.dispose();
}

function all({ values, moments, statistics }: DenseTensors): tfjs.Tensor[] {
  return [values, statistics, ...Object.values(moments)];
}
