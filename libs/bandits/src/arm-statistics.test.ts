import { anArm, aPolicy, clicks } from '../tests/policies';
import { armStatistics } from './arm-statistics';
import { observeSelection } from './observe-reward';

describe('armStatistics', () => {
  it('tells counts, mean and the interval of a rate', () => {
    const rules = aPolicy('thompson_beta');
    const state = observeSelection(anArm(rules, 'a', clicks(100, 1_000)).state);
    const found = armStatistics(rules, state, 0);
    expect(found).toMatchObject({ selectionCount: 1, rewardCount: 1_000, mean: expect.closeTo(101 / 1_002, 12) });
    // R: qbeta(c(.025, .975), 101, 901)
    expect(found.low).toBeCloseTo(0.0829, 3);
    expect(found.high).toBeCloseTo(0.1201, 3);
  });

  it('has an interval of a value that holds the prior of an arm that nobody chose', () => {
    const rules = aPolicy('thompson_gaussian', { priors: { a: { mean: 20, weight: 5 } } });
    const { mean, low, high } = armStatistics(rules, anArm(rules, 'a').state, 0);
    expect(mean).toBe(20);
    // t with 4 degrees of freedom: 2.776, scale 1 / sqrt(5)
    expect([low, high]).toEqual([expect.closeTo(20 - 1.2416, 3), expect.closeTo(20 + 1.2416, 3)]);
  });

  it('comes close to the classic interval when there is much evidence', () => {
    const rules = aPolicy('linucb', { contextNames: ['x'] });
    const rewards = Array.from({ length: 4_000 }, (_, at) => at % 5);
    const { mean, low, high } = armStatistics(rules, anArm(rules, 'a', rewards, { context: [1] }).state, 0);
    expect(mean).toBeCloseTo(2, 3);
    expect((high - low) / 2).toBeCloseTo((1.96 * Math.SQRT2) / Math.sqrt(4_000), 3);
  });

  it('widens the interval as evidence grows old', () => {
    const rules = aPolicy('thompson_beta', { settings: { halfLifeHours: 1 } });
    const { state } = anArm(rules, 'a', clicks(50, 100));
    const width = (hours: number) => {
      const { low, high } = armStatistics(rules, state, hours * 3_600_000);
      return high - low;
    };
    expect(width(3)).toBeGreaterThan(2 * width(0));
  });
});
