import { seededRandom } from '@attune/testkit';
import { betaFrom, gammaFrom, normalFrom, shareOfWins } from '../tests/samplers';
import { bestProbabilities } from './best-probabilities';
import { betaLogitDensity, normalDensity, studentDensity } from './densities';

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

/** P(B > A) for whole a of B: a sum of ratios of Beta functions (Miller 2015), in logarithms. */
function exactBetaBeats([aA, bA]: [number, number], [aB, bB]: [number, number]): number {
  const logGamma = (n: number) => {
    let sum = 0;
    for (let k = 2; k < n; k++) sum += Math.log(k);
    return sum;
  };
  const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);
  let total = 0;
  for (let i = 0; i < aB; i++) {
    total += Math.exp(logBeta(aA + i, bB + bA) - Math.log(bB + i) - logBeta(1 + i, bB) - logBeta(aA, bA));
  }
  return total;
}

describe('bestProbabilities', () => {
  it('equals an oracle of another implementation for two Beta arms', () => {
    const [, better] = bestProbabilities([betaLogitDensity(101, 901), betaLogitDensity(121, 881)]);
    expect(better).toBeCloseTo(0.9231834389735597, 8);
  });

  it.each([
    [1, 1, 1, 1],
    [1, 1, 2, 1],
    [3, 40, 1, 1],
    [7, 3, 12, 900],
    [40, 60, 45, 55],
    [2, 5000, 5, 5000],
  ])('equals the finite sum for Beta(%d, %d) against Beta(%d, %d)', (aA, bA, aB, bB) => {
    const [, better] = bestProbabilities([betaLogitDensity(aA, bA), betaLogitDensity(aB, bB)]);
    expect(better).toBeCloseTo(exactBetaBeats([aA, bA], [aB, bB]), 8);
  });

  it.each([
    [0.01, 0.01],
    [1, 1],
    [0.5, 2000],
    [1e6, 1e6],
  ])('gives equal arms equal parts, 50 of them, at Beta(%d, %d)', (a, b) => {
    const found = bestProbabilities(Array.from({ length: 50 }, () => betaLogitDensity(a, b)));
    for (const probability of found) expect(probability).toBeCloseTo(1 / 50, 8);
  });

  it('sees a narrow arm inside a wide one: P(uniform > x) is 1 - x', () => {
    const [wide, narrow] = bestProbabilities([betaLogitDensity(1, 1), betaLogitDensity(1e6, 3e6)]);
    // the mean of 1 - x for x from Beta(1e6, 3e6)
    expect(wide).toBeCloseTo(0.75, 8);
    expect(narrow).toBeCloseTo(0.25, 8);
  });

  it('is the normal distribution function of the difference for two normal arms', () => {
    const [, better] = bestProbabilities([normalDensity(0, 3), normalDensity(1, 4)]);
    // Phi(1 / 5)
    expect(better).toBeCloseTo(0.579259709439103, 8);
    const [, tiny] = bestProbabilities([normalDensity(0, 1), normalDensity(0, 1e-7)]);
    expect(tiny).toBeCloseTo(0.5, 8);
    const [, far] = bestProbabilities([normalDensity(0, 1), normalDensity(40, 1)]);
    expect(far).toBe(1);
  });

  it('knows the heavy tails of Student: with one degree of freedom the difference is Cauchy', () => {
    const [, better] = bestProbabilities([studentDensity(1, 0, 1), studentDensity(1, 3, 2)]);
    expect(better).toBeCloseTo(0.5 + Math.atan(1) / Math.PI, 7);
  });

  it('agrees with drawn samples for six arms of every kind', () => {
    const random = seededRandom(11);
    const draws = 20_000;
    const betas = [
      [1, 1],
      [3, 9],
      [20, 60],
      [30, 50],
      [2, 2],
      [300, 700],
    ] as const;
    const normals = [
      [0, 1],
      [0.4, 0.2],
      [0.5, 0.05],
      [-1, 2],
      [0.3, 0.7],
      [0.45, 0.1],
    ] as const;
    const cases = [
      {
        found: bestProbabilities(betas.map(([a, b]) => betaLogitDensity(a, b))),
        drawn: shareOfWins(
          betas.map(
            ([a, b]) =>
              () =>
                betaFrom(random, a, b),
          ),
          draws,
        ),
      },
      {
        found: bestProbabilities(normals.map(([mean, deviation]) => normalDensity(mean, deviation))),
        drawn: shareOfWins(
          normals.map(
            ([mean, deviation]) =>
              () =>
                mean + deviation * normalFrom(random),
          ),
          draws,
        ),
      },
      {
        found: bestProbabilities(normals.map(([mean, scale], at) => studentDensity(3 + at, mean, scale))),
        drawn: shareOfWins(
          normals.map(([mean, scale], at) => () => {
            const chiSquare = 2 * gammaFrom(random, (3 + at) / 2);
            return mean + (scale * normalFrom(random)) / Math.sqrt(chiSquare / (3 + at));
          }),
          draws,
        ),
      },
    ];
    for (const { found, drawn } of cases) {
      expect(sumOf(found)).toBeCloseTo(1, 12);
      for (const [arm, probability] of found.entries()) {
        // 18 comparisons, 4.5 standard errors each: wrong by chance once in 8,000 seeds
        const error = 4.5 * Math.sqrt((probability * (1 - probability)) / draws) + 1e-9;
        expect(Math.abs(drawn[arm]! - probability)).toBeLessThan(error);
      }
    }
  });
});
