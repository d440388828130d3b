import { seededUniform } from '@attune/kernels';
import { seedFor } from './initializer';

/** The numbers 0 to count - 1 in a random order (Fisher and Yates) that depends on the seed and the epoch alone. */
export function epochOrder(
  count: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): Int32Array {
  const uniform = seededUniform(seedFor(`epoch ${epoch}`, seed));
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(uniform() * (at + 1));
    const kept = order[at]!;
    order[at] = order[other]!;
    order[other] = kept;
  }
  return order;
}
