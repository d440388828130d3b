import { seededRandom } from '@attune/testkit';
import { rateBounds } from './rate-bounds';

describe('rateBounds', () => {
  it('knows nothing of what never was counted', () => {
    expect(rateBounds({ happened: 0, total: 0 }, 0.05)).toEqual({ low: 0, high: 1 });
  });

  it('holds the observed rate, and nothing below 0 or above 1', () => {
    expect(rateBounds({ happened: 0, total: 50 }, 0.05).low).toBe(0);
    expect(rateBounds({ happened: 50, total: 50 }, 0.05).high).toBe(1);
    const { low, high } = rateBounds({ happened: 10, total: 100 }, 0.05);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.1);
  });

  it('is where the mixture ratio is 1 / alpha', () => {
    // 3 of 5 with Jeffreys' prior: B(3.5, 2.5) / B(0.5, 0.5) = 3 pi / 256 / pi = 3 / 256
    const ratio = (rate: number) => 3 / 256 / (rate ** 3 * (1 - rate) ** 2);
    const { low, high } = rateBounds({ happened: 3, total: 5 }, 0.05);
    expect(ratio(low)).toBeCloseTo(20, 6);
    expect(ratio(high)).toBeCloseTo(20, 6);
  });

  it('narrows with what is counted, up to a hundred million', () => {
    const widths = [1e2, 1e4, 1e6, 1e8].map((total) => {
      const { low, high } = rateBounds({ happened: total / 10, total }, 0.01);
      return high - low;
    });
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(widths.at(-1)).toBeLessThan(0.001);
  });

  it('holds the true rate at all of many looks at once, as often as it says', () => {
    const random = seededRandom(11);
    const [runs, looks, alpha, rate] = [200, 50, 0.05, 0.1];
    let missed = 0;
    for (let run = 0; run < runs; run++) {
      let [happened, total, isMissed] = [0, 0, false];
      for (let look = 0; look < looks; look++) {
        for (let event = 0; event < 20; event++) happened += random() < rate ? 1 : 0;
        total += 20;
        const { low, high } = rateBounds({ happened, total }, alpha);
        if (rate < low || rate > high) isMissed = true;
      }
      if (isMissed) missed++;
    }
    expect(missed / runs).toBeLessThanOrEqual(alpha);
  });
});
