import gammaln from '@stdlib/math-base-special-gammaln';
import { drawsOf } from '../tests/draws';
import { betaExpectedLoss, betaInterval, probabilityBetaBeats } from './beta-posterior';
import { type Beta, betaCdf } from './distributions/beta';
import { normalExpectedLoss, normalInterval, normalPosterior, probabilityBetter } from './normal-posterior';

const logBeta = ({ a, b }: Beta) => gammaln(a) + gammaln(b) - gammaln(a + b);

/** P(B > A) for whole shapes, as a finite sum (Miller 2015, eq. 6). */
function bySum(a: Beta, b: Beta): number {
  let sum = 0;
  for (let i = 0; i < b.a; i++) {
    sum += Math.exp(
      logBeta({ a: a.a + i, b: a.b + b.b }) - Math.log(b.b + i) - logBeta({ a: 1 + i, b: b.b }) - logBeta(a),
    );
  }
  return sum;
}

describe('the posterior of shares', () => {
  it.each([
    [
      { a: 1, b: 1 },
      { a: 1, b: 1 },
    ],
    [
      { a: 3, b: 90 },
      { a: 7, b: 80 },
    ],
    [
      { a: 800, b: 9_200 },
      { a: 900, b: 9_100 },
    ],
    [
      { a: 50_000, b: 50_000 },
      { a: 2, b: 3 },
    ],
    [
      { a: 2, b: 3 },
      { a: 500, b: 500 },
    ],
    // far apart: 1e-30 keeps its digits
    [
      { a: 600, b: 400 },
      { a: 350, b: 650 },
    ],
  ])('equals the finite sum: %j %j', (a, b) => {
    const expected = bySum(a, b);
    // the sum itself loses digits of ln gamma where shapes are large, whose absolute error is a relative one here
    expect(Math.abs(probabilityBetaBeats(a, b) / expected - 1)).toBeLessThan(1e-9);
  });

  it.each([
    [0.1, 0.1, 0.1, 5],
    [0.5, 40, 0.2, 0.3],
    [1e6, 1e6, 1_001_000, 1e6],
  ])('gives both orders probabilities that add up to 1: %d %d %d %d', (a, b, c, d) => {
    const [one, other] = [
      { a, b },
      { a: c, b: d },
    ];
    expect(probabilityBetaBeats(one, other) + probabilityBetaBeats(other, one)).toBeCloseTo(1, 10);
  });

  it('loses on average what draws lose', () => {
    // Betas with whole shapes are ranks of uniforms: the a-th smallest of a + b - 1
    const { uniform } = drawsOf(11);
    const draw = ({ a, b }: Beta) => Array.from({ length: a + b - 1 }, uniform).sort((x, y) => x - y)[a - 1]!;
    const [chosen, other] = [
      { a: 4, b: 7 },
      { a: 5, b: 5 },
    ];
    let lost = 0;
    for (let at = 0; at < 40_000; at++) lost += Math.max(0, draw(other) - draw(chosen)) / 40_000;
    // one draw has a standard deviation near 0.15, so that the mean has 0.00075; four of them
    expect(Math.abs(betaExpectedLoss(chosen, other) - lost)).toBeLessThan(0.003);
  });

  it('has as much below its interval as above', () => {
    const beta = { a: 30, b: 2 };
    const { low, high } = betaInterval(beta, 0.9);
    expect(betaCdf(low, beta)).toBeCloseTo(0.05, 12);
    expect(betaCdf(high, beta)).toBeCloseTo(0.95, 12);
  });

  it('refuses shapes that are none', () => {
    expect(() => probabilityBetaBeats({ a: 0, b: 1 }, { a: 1, b: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid.beta' }),
    );
  });
});

describe('the posterior of a difference', () => {
  it('is what was measured where the prior says nothing', () => {
    expect(normalPosterior({ difference: 2, standardError: 0.5 })).toEqual({ mean: 2, standardDeviation: 0.5 });
  });

  it('lies halfway where prior and measurement are as sure', () => {
    const found = normalPosterior({ difference: 2, standardError: 1 }, { mean: 0, standardDeviation: 1 });
    expect(found.mean).toBe(1);
    expect(found.standardDeviation).toBeCloseTo(Math.SQRT1_2, 14);
  });

  it('loses what a normal loses below 0', () => {
    // E[max(-Z, 0)] of a standard normal is 1 / sqrt(2 pi)
    expect(normalExpectedLoss({ mean: 0, standardDeviation: 1 })).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 14);
    expect(probabilityBetter({ mean: 1.96, standardDeviation: 1 })).toBeCloseTo(0.975, 4);
    expect(normalInterval({ mean: 0, standardDeviation: 1 }).high).toBeCloseTo(1.959963984540054, 12);
  });
});
