import type { Csr, IalsObjective } from '@attune/kernels';
import { z } from 'zod';
import type { SearchSpace } from '../search-space';

/** Settings of `als`; names and meanings are in docs/models/als.md. */
export const alsSettings = z.strictObject({
  rank: z.number().int().min(4).max(256).multipleOf(4).default(128).describe('dimensions of the vectors'),
  iterations: z.number().int().min(1).max(100).default(12).describe('how often users and items are solved in turn'),
  regularization: z.number().positive().max(100).default(0.007).describe('lambda, for each observation of a row'),
  nu: z.number().min(0).max(2).default(1).describe('how regularization grows with the observations of a row'),
  unobservedWeight: z
    .union([z.literal('auto'), z.number().positive().max(100)])
    .default('auto')
    .describe('alpha0: the weight of each pair that nobody observed; auto takes it from the density of the data'),
  weighting: z
    .enum(['log', 'value', 'none'])
    .default('log')
    .describe('what an observation weighs: log2(1 + value / median), the value itself, or 1'),
  initStd: z.number().positive().max(10).default(0.1).describe('length of the random vectors at the start'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1),
  threads: z.number().int().min(1).max(64).default(2).describe('worker threads; the result does not depend on them'),
});

/** Settings of one `als` training. */
export type AlsSettings = z.infer<typeof alsSettings>;

/** Dense and sparse data: what Rendle et al. 2021 found best for MovieLens and for Pinterest, in terms of these settings. */
export const alsSearchSpace: SearchSpace = {
  start: [
    { rank: 128, regularization: 0.007, unobservedWeight: 'auto', nu: 1 },
    { rank: 192, regularization: 0.007, unobservedWeight: 0.3, nu: 1 },
    { rank: 192, regularization: 0.02, unobservedWeight: 0.007, nu: 1 },
    { rank: 64, regularization: 0.02, unobservedWeight: 0.1, nu: 1 },
  ],
  dimensions: {
    rank: { kind: 'int', low: 16, high: 256, multipleOf: 8 },
    regularization: { kind: 'log', low: 0.001, high: 0.1 },
    unobservedWeight: { kind: 'log', low: 0.001, high: 1 },
    nu: { kind: 'linear', low: 0.5, high: 1 },
    weighting: { kind: 'choice', options: ['log', 'none'] },
  },
  effort: { setting: 'iterations', low: 4, high: 16 },
};

// Times the total weight of the observed pairs, for which the published settings of four data sets (MovieLens 1M and 20M,
// Pinterest, Million Song) lie within a factor of 3.5 of each other.
const UNOBSERVED_TO_OBSERVED = 8;

/** The unobserved weight: as it is set; or by `auto` such that all pairs together weigh a fixed multiple of what was observed. */
export function resolveUnobservedWeight(
  setting: AlsSettings['unobservedWeight'],
  users: Csr,
  itemCount: number,
): number {
  if (setting !== 'auto') return setting;
  const observed = users.values.reduce((total, weight) => total + weight, 0);
  return Math.min(1, (UNOBSERVED_TO_OBSERVED * observed) / (users.rowCount * itemCount));
}

/**
 * The objective in the kernels' terms. With another exponent than 1, lambda is scaled so that the sum of all rows' regularizations
 * stays what it is with 1 (Rendle et al. 2021, section 3.3); then lambda means the same for every nu.
 */
export function objectiveOf(
  { rank, regularization, nu }: AlsSettings,
  alpha0: number,
  degrees: readonly { readonly counts: Int32Array; readonly otherCount: number }[],
): IalsObjective {
  let plain = 0;
  let bent = 0;
  for (const { counts, otherCount } of degrees) {
    for (const count of counts) {
      const size = count + alpha0 * otherCount;
      plain += size;
      bent += size ** nu;
    }
  }
  return { rank, nu, alpha0, regularization: (regularization * plain) / bent };
}
