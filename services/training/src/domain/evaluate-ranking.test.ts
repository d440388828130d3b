import { evaluateRanking, type RankingQuality } from './evaluate-ranking';
import type { Preferences } from './preferences';

function aHistory(...items: number[]): Preferences {
  return {
    userIndex: new Int32Array(items.length),
    itemIndex: Int32Array.from(items),
    weight: new Float32Array(items.length).fill(1),
    timeMs: new Float64Array(items.length),
  };
}

function qualityOf(scores: readonly number[], item: number, history: readonly number[] = [], k = 2): RankingQuality {
  return evaluateRanking({
    heldOut: [{ user: 0, item }],
    training: aHistory(...history),
    scoresOf: () => Float32Array.from(scores),
    k,
  });
}

describe('evaluateRanking', () => {
  it('gives the first place a gain of 1 and the second 1 / log2(3)', () => {
    expect(qualityOf([3, 2, 1], 0).ndcg.value).toBe(1);
    expect(qualityOf([3, 2, 1], 1).ndcg.value).toBeCloseTo(1 / Math.log2(3), 12);
  });

  it('gives nothing to an item below the first k', () => {
    expect(qualityOf([3, 2, 1], 2).hitRate.value).toBe(0);
  });

  it('does not rank what the user already did', () => {
    expect(qualityOf([3, 2, 1], 2, [0]).ndcg.value).toBeCloseTo(1 / Math.log2(3), 12);
  });

  it('counts ties against the model', () => {
    expect(qualityOf([0, 0, 0], 0).hitRate.value).toBe(0);
  });

  it('counts scores that are not numbers against the model', () => {
    expect(qualityOf([Number.NaN, 0, 0], 0).hitRate.value).toBe(0);
  });

  it('gives an interval around the mean that stays between 0 and 1', () => {
    const { hitRate } = evaluateRanking({
      heldOut: [0, 1, 2, 3].map((item) => ({ user: 0, item })),
      training: aHistory(),
      scoresOf: () => Float32Array.of(4, 3, 2, 1),
      k: 3,
    });
    // sd .5 of four users: .75 +- 1.96 * .25
    expect(hitRate.value).toBe(0.75);
    expect(hitRate.low).toBeCloseTo(0.26, 2);
    expect(hitRate.high).toBe(1);
  });

  it('stops when it is cancelled', () => {
    const request = {
      heldOut: [{ user: 0, item: 0 }],
      training: aHistory(),
      scoresOf: () => new Float32Array(1),
      k: 1,
    };
    expect(() => evaluateRanking({ ...request, signal: AbortSignal.abort() })).toThrow('cancelled');
  });
});
