import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chiSquare } from './detectors/chi-square';
import { kolmogorovSmirnov } from './detectors/kolmogorov-smirnov';
import { kolmogorovTail } from './detectors/kolmogorov-tail';
import { pairSorted } from './detectors/paired-counts';
import { wasserstein } from './detectors/wasserstein';

/** What SciPy 1.17.1 answered: `ks_2samp`, `wasserstein_distance`, `chi2_contingency(correction=False)` and `kstwo.sf`. */
const ORACLE = JSON.parse(readFileSync(join(__dirname, '../tests/scipy_reference.json'), 'utf8')) as {
  readonly cases: readonly { readonly name: string; readonly ks: number; readonly p: number; readonly w: number }[];
  readonly chi: readonly {
    readonly reference: number[];
    readonly current: number[];
    readonly statistic: number;
    readonly dof: number;
    readonly p: number;
    readonly v: number;
  }[];
  readonly kolmogorov: readonly { readonly n: number; readonly d: number; readonly p: number }[];
};

/** The samples that SciPy had, by the same generator: x -> (1,664,525 x + 1,013,904,223) mod 2^32. */
function uniform(seed: number, count: number, shape: (u: number) => number = (u) => u): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return shape(state / 2 ** 32);
  }).sort();
}

const SAMPLES: Readonly<Record<string, readonly [Float64Array, Float64Array]>> = {
  'uniform, 100 and 80, shifted by 0.1': [uniform(1, 100), uniform(2, 80, (u) => u + 0.1)],
  'squares, 500 and 300': [uniform(3, 500, (u) => u * u), uniform(4, 300, (u) => u * u * 1.1)],
  'ties: tenths, 400 and 400': [
    uniform(5, 400, (u) => Math.floor(u * 10) / 10),
    uniform(6, 400, (u) => Math.floor(u ** 1.2 * 10) / 10),
  ],
  'large: 20,000 and 15,000, by 0.02': [uniform(7, 20_000), uniform(8, 15_000, (u) => u + 0.02)],
  'large and apart: 20,000 and 20,000': [uniform(9, 20_000), uniform(10, 20_000, (u) => u + 0.05)],
  'large and alike: 30,000 and 12,000': [uniform(11, 30_000), uniform(12, 12_000)],
  'a small sample against a large one': [uniform(13, 20_000), uniform(14, 50, (u) => u + 0.2)],
};

/** To a relative 1e-9, and an absolute one where the value is near 1. */
function expectClose(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe('what SciPy answers', () => {
  it.each(ORACLE.cases.map((one) => [one.name, one] as const))('two samples: %s', (name, { ks, p, w }) => {
    const pair = pairSorted(...SAMPLES[name]!);
    const found = kolmogorovSmirnov(pair);
    expectClose(found.statistic, ks);
    expectClose(found.pValue, p);
    expectClose(wasserstein(pair).value, w);
  });

  it.each(ORACLE.chi)('chi-square of $reference and $current', ({ reference, current, statistic, dof, p, v }) => {
    const found = chiSquare(reference, current);
    expect(found.degreesOfFreedom).toBe(dof);
    expectClose(found.statistic, statistic);
    expectClose(found.pValue, p);
    expectClose(found.cramersV, v);
  });

  it.each(ORACLE.kolmogorov)('P(D > $d) of $n values', ({ n, d, p }) => {
    // the expansion for small d is one: absolute
    expect(Math.abs(kolmogorovTail(n, d) - p)).toBeLessThanOrEqual(n * d * d < 2.2 ? 1e-9 : 1e-9 * p);
  });
});
