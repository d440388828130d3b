import { seededRandom } from '@attune/testkit';
import { normalFrom } from '../../tests/samplers';
import { meanInterval } from './mean-interval';

describe('meanInterval', () => {
  it('is close to the exact Poisson interval for rare clicks', () => {
    const terms = Float64Array.from({ length: 100_000 }, (_, at) => (at < 40 ? 1 : 0));
    const { low, high } = meanInterval(terms);
    // Garwood, 95 %: 28.58 to 54.47 clicks; ours is a little wider on purpose
    expect(100_000 * low).toBeGreaterThan(27);
    expect(100_000 * low).toBeLessThan(28.6);
    expect(100_000 * high).toBeGreaterThan(54.4);
    expect(100_000 * high).toBeLessThan(57);
  });

  it("is Student's for normal terms", () => {
    const random = seededRandom(1);
    const { mean, low, high, standardError } = meanInterval(
      Float64Array.from({ length: 5_000 }, () => normalFrom(random)),
    );
    // the normal quantile of 98 % is 2.054
    expect((high - mean) / standardError).toBeCloseTo(2.054, 1);
    expect((mean - low) / standardError).toBeCloseTo(2.054, 1);
  });

  it('mirrors with the terms', () => {
    const random = seededRandom(2);
    const terms = Float64Array.from({ length: 500 }, () => random() ** 6);
    const right = meanInterval(terms);
    const left = meanInterval(terms.map((term) => -term));
    expect(left.low).toBeCloseTo(-right.high, 12);
    expect(right.high - right.mean).toBeGreaterThan(1.05 * (right.mean - right.low));
  });

  it('holds the mean of skewed terms in 95 of 100 samples, on both sides', () => {
    const random = seededRandom(3);
    let [covered, below, above] = [0, 0, 0];
    const runs = 2_000;
    for (let run = 0; run < runs; run++) {
      // exponential, mean 1
      const { low, high } = meanInterval(Float64Array.from({ length: 50 }, () => -Math.log(1 - random())));
      if (high < 1) below++;
      else if (low > 1) above++;
      else covered++;
    }
    // the error of 2,000 runs is 0.005
    expect(covered / runs).toBeGreaterThan(0.94);
    expect(below / runs).toBeLessThan(0.04);
    expect(above / runs).toBeLessThan(0.04);
  });

  it('is a point for equal terms', () => {
    expect(meanInterval(new Float64Array(10).fill(2))).toMatchObject({ mean: 2, low: 2, high: 2, standardError: 0 });
  });
});
