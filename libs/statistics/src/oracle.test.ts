import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Adjustment, adjustPValues } from './adjust-p-values';
import { probabilityBetaBeats } from './beta-posterior';
import { betaQuantile } from './distributions/beta';
import { studentTail } from './distributions/student-t';
import { momentsOf } from './moments';
import { powerOfTTest, samplesForMeans, samplesForProportions } from './power';
import { proportionTest } from './proportion-test';
import { sampleRatioTest } from './sample-ratio-test';
import { studentTest, welchTest } from './welch-test';

interface TTest {
  readonly test: string;
  readonly a: number[];
  readonly b: number[];
  readonly t: number;
  readonly df: number;
  readonly p: number;
  readonly ci: readonly (number | null)[];
}
/** What R 4.2.2 answered. */
const ORACLE = JSON.parse(readFileSync(join(__dirname, '../tests/r_reference.json'), 'utf8')) as {
  readonly ttests: readonly TTest[];
  readonly others: readonly { readonly test: string }[];
};
type Named<Entry> = [string, Entry];

/** The answers to one kind of question; the caller says how they are written. */
function entries<Entry>(test: string): Named<Entry>[] {
  const found = ORACLE.others.filter((entry) => entry.test === test);
  return found.map((entry) => [JSON.stringify(entry).slice(0, 90), entry as unknown as Entry]);
}

interface PropTest {
  readonly x: [number, number];
  readonly n: [number, number];
  readonly correct: boolean;
  readonly chisq: number;
  readonly p: number;
  readonly ci: [number, number];
}
type SampleRatio = { observed: number[]; p0: number[]; chisq: number; df: number; p: number };
type PowerOfMeans = { n: number; delta: number; sd: number; sig: number; power: number };
type PowerOfShares = { n: number; p1: number; p2: number; sig: number; power: number };
type Adjusted = { method: string; p: number[]; adj: number[] };
type Tail = { t: number; df: number; p: number };
type Quantiles = { a: number; b: number; probs: number[]; q: number[] };
type TwoBetas = { a: [number, number]; b: [number, number]; prob: number };

/** Equal to 9 digits, also where the number is 1e-81. */
function expectAlike(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe('what R answers', () => {
  it.each(ORACLE.ttests.map((entry) => [entry.test, entry] as const))(
    'is what the t tests give: %s',
    (name, { a, b, t, df, p, ci }) => {
      const test = name.startsWith('student') ? studentTest : welchTest;
      // R tells a - b, so that its first sample is the treatment
      const found = test(momentsOf(b), momentsOf(a), {
        confidence: name.includes('99') ? 0.99 : 0.95,
        alternative: name.endsWith('greater') ? 'greater' : 'two_sided',
      });
      expectAlike(found.t, t);
      expectAlike(found.degreesOfFreedom, df);
      expectAlike(found.pValue, p);
      expectAlike(found.low, ci[0]!);
      if (ci[1] == null) expect(found.high).toBe(Number.POSITIVE_INFINITY);
      else expectAlike(found.high, ci[1]);
    },
  );

  it.each(entries<PropTest>('prop.test'))(
    'is what the test of shares gives: %s',
    (_, { x, n, correct, chisq, p, ci }) => {
      const sample = (at: 0 | 1) => ({ successes: x[at], count: n[at] });
      const found = proportionTest(sample(1), sample(0), { isCorrected: correct });
      for (const [value, expected] of [
        [found.chiSquare, chisq],
        [found.pValue, p],
        [found.low, ci[0]],
        [found.high, ci[1]],
      ] as const) {
        expectAlike(value, expected);
      }
    },
  );

  it.each(entries<SampleRatio>('srm_chisq'))(
    'is what the sample-ratio test gives: %s',
    (_, { observed, p0, chisq, df, p }) => {
      const found = sampleRatioTest(observed, p0);
      expectAlike(found.statistic, chisq);
      expect(found.degreesOfFreedom).toBe(df);
      expectAlike(found.pValue, p);
    },
  );

  it.each(entries<PowerOfMeans>('power.t.test'))(
    'is what plans for means give: %s',
    (_, { n, delta, sd, sig, power }) => {
      const wanted = { difference: delta, standardDeviation: sd, alpha: sig };
      if (n === 100) expectAlike(powerOfTTest(n, wanted), power);
      else expectAlike(samplesForMeans(wanted, power), n);
    },
  );

  it.each(entries<PowerOfShares>('power.prop.test'))(
    'is what plans for shares give: %s',
    (_, { n, p1, p2, sig, power }) => {
      expectAlike(samplesForProportions({ control: p1, treatment: p2, alpha: sig }, power), n);
    },
  );

  it.each(entries<Adjusted>('p.adjust'))(
    'is what adjusting for several comparisons gives: %s',
    (_, { method, p, adj }) => {
      const names: Readonly<Record<string, Adjustment>> = { BH: 'benjamini_hochberg', BY: 'benjamini_yekutieli' };
      const found = adjustPValues(p, names[method] ?? (method as Adjustment));
      for (const [at, value] of found.entries()) expectAlike(value, adj[at]!);
    },
  );

  it.each(entries<Tail>('pt_two_sided'))('is what the tails of t give: %s', (_, { t, df, p }) => {
    expectAlike(2 * studentTail(Math.abs(t), df), p);
  });

  it.each(entries<Quantiles>('beta_quantiles'))('is what the quantiles of Beta give: %s', (_, { a, b, probs, q }) => {
    for (const [at, prob] of probs.entries()) expectAlike(betaQuantile(prob, { a, b }), q[at]!);
  });

  it.each(entries<TwoBetas>('prob_b_beats_a_beta'))('is what comparing two Betas gives: %s', (_, { a, b, prob }) => {
    expectAlike(probabilityBetaBeats({ a: a[0], b: a[1] }, { a: b[0], b: b[1] }), prob);
  });
});
