import { AppError } from '@attune/errors';
import type { Feeds } from './engine';
import { describeShape, type Shape, sizeOf } from './shape';
import type { Tensor } from './tensor';

/**
 * How many examples the feeds hold. Throws `invalid.feeds` with everything that is wrong: what is missing or has a size that fits no
 * batch or another one than its neighbours. Feeds that are not wanted are left alone.
 */
export function batchOf(wanted: ReadonlyMap<string, Tensor>, feeds: Feeds): number {
  const problems: string[] = [];
  let batch: number | undefined;
  for (const [name, { shape }] of wanted) {
    const values = feeds[name];
    const found = values === undefined ? undefined : examplesIn(values.length, shape);
    if (values === undefined) problems.push(`"${name}" is missing`);
    else if (found === undefined)
      problems.push(`"${name}" has ${values.length} values, which is no ${describeShape(shape)}`);
    else if (shape.includes('batch')) {
      batch ??= found;
      if (batch !== found) problems.push(`"${name}" has ${found} examples where others have ${batch}`);
    }
  }
  if (problems.length > 0) throw new AppError('invalid.feeds', `the feeds do not fit the net: ${problems.join('; ')}`);
  return batch ?? 1;
}

/** The batch size at which a tensor of this shape has `length` values. */
function examplesIn(length: number, shape: Shape): number | undefined {
  const axes = shape.filter((dim) => dim === 'batch').length;
  const ratio = length / sizeOf(shape, 1);
  if (axes === 0) return ratio === 1 ? 1 : undefined;
  const batch = axes === 1 ? ratio : Math.round(ratio ** (1 / axes));
  return Number.isInteger(batch) && batch > 0 && batch ** axes === ratio ? batch : undefined;
}
