import { drawsOf, many } from '../tests/draws';
import { mergeMoments, momentsOf, momentsOfProportion, NO_MOMENTS } from './moments';
import { correlationOf, mergePairMoments, NO_PAIRS, pairMomentsOf } from './pair-moments';

const { normal, exponential } = drawsOf(1);

describe('moments', () => {
  it('do not lose the spread of values far from 0', () => {
    expect(momentsOf([1e9 + 1, 1e9 + 2, 1e9 + 3])).toEqual({ count: 3, mean: 1e9 + 2, variance: 1 });
  });

  it('of parts merge to those of the whole', () => {
    const values = many(500, exponential);
    const whole = momentsOf(values);
    const merged = [values.slice(0, 7), values.slice(7, 300), values.slice(300)].reduce(
      (sum, part) => mergeMoments(sum, momentsOf(part)),
      NO_MOMENTS,
    );
    expect(merged.count).toBe(whole.count);
    expect(merged.mean).toBeCloseTo(whole.mean, 12);
    expect(merged.variance).toBeCloseTo(whole.variance, 12);
  });

  it('of a share are those of zeros and ones', () => {
    const { mean, variance } = momentsOf([1, 0, 0, 1, 0]);
    expect(momentsOfProportion(2, 5).mean).toBeCloseTo(mean, 14);
    expect(momentsOfProportion(2, 5).variance).toBeCloseTo(variance, 14);
  });
});

describe('pair moments', () => {
  it('of parts merge to those of the whole', () => {
    const x = many(400, normal);
    const y = x.map((value) => 2 * value + normal());
    const merged = mergePairMoments(
      mergePairMoments(NO_PAIRS, pairMomentsOf(x.slice(0, 150), y.slice(0, 150))),
      pairMomentsOf(x.slice(150), y.slice(150)),
    );
    for (const [name, value] of Object.entries(pairMomentsOf(x, y))) {
      expect(merged[name as keyof typeof merged]).toBeCloseTo(value, 11);
    }
  });

  it('tell the correlation, which is 0 where nothing varies', () => {
    expect(correlationOf(pairMomentsOf([1, 2, 3], [2, 4, 6]))).toBeCloseTo(1, 14);
    expect(correlationOf(pairMomentsOf([1, 1, 1], [2, 4, 6]))).toBe(0);
  });
});
