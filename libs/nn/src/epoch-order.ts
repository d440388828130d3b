import { randomOrder, seededUniform } from '@attune/kernels';
import { seedFor } from './initializer';

/** The numbers 0 to count - 1 in a random order that depends on the seed and the epoch alone. */
export function epochOrder(
  count: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): Int32Array {
  return randomOrder(count, seededUniform(seedFor(`epoch ${epoch}`, seed)));
}
