import {
  areaUnderCurve,
  averagePrecisionAt,
  hitAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRankAt,
} from './rank-metrics';

/** Relevant items at places 2, 3 and 9 of ten candidates. */
const ranks = Int32Array.of(2, 3, 9);

describe('metrics of a ranking', () => {
  it('are what their definitions say by hand', () => {
    expect(hitAt(ranks, 1)).toBe(0);
    expect(hitAt(ranks, 2)).toBe(1);
    expect(recallAt(ranks, 5)).toBeCloseTo(2 / 3);
    expect(precisionAt(ranks, 5)).toBeCloseTo(2 / 5);
    const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcgAt(ranks, 5)).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(4)) / ideal);
    expect(averagePrecisionAt(ranks, 5)).toBeCloseTo((1 / 2 + 2 / 3) / 3);
    expect(reciprocalRankAt(ranks, 5)).toBeCloseTo(1 / 2);
    expect(reciprocalRankAt(ranks, 1)).toBe(0);
    // of 3 x 7 pairs, 1 + 1 + 6 are in the wrong order
    expect(areaUnderCurve(ranks, 10)).toBeCloseTo(1 - 8 / 21);
  });

  it('divide by k and by all relevant items where a list is shorter than these are many', () => {
    const first = Int32Array.of(1, 2, 3, 4, 5);
    expect(precisionAt(first, 3)).toBe(1);
    expect(recallAt(first, 3)).toBeCloseTo(3 / 5);
    expect(averagePrecisionAt(first, 3)).toBeCloseTo(1);
    expect(ndcgAt(first, 3)).toBeCloseTo(1);
  });

  it('have no area where there is no other candidate', () => {
    expect(areaUnderCurve(Int32Array.of(1), 1)).toBeNaN();
  });
});
