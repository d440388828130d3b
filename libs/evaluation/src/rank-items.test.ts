import { seededUniform } from '@attune/kernels';
import { placesOf, selectTop } from './rank-items';

/** Sorts everything: high scores first, among equals those that are not relevant, then by number. */
function placesBySorting(relevant: Float32Array, others: Float32Array): number[] {
  const all = [
    ...Array.from(relevant, (score) => ({ score, isRelevant: 1 })),
    ...Array.from(
      others.filter((score) => !Number.isNaN(score)),
      (score) => ({ score, isRelevant: 0 }),
    ),
  ];
  all.sort((a, b) => (a.score === b.score ? a.isRelevant - b.isRelevant : b.score - a.score));
  return all.flatMap(({ isRelevant }, place) => (isRelevant === 1 ? [place + 1] : []));
}

/** Few distinct scores make many ties; some places hold no candidate. */
function randomScores(count: number, uniform: () => number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    const draw = uniform();
    if (draw < 0.1) return Number.NaN;
    return draw < 0.15 ? Number.NEGATIVE_INFINITY : Math.floor(uniform() * 8);
  });
}

describe('places among candidates', () => {
  it.each([1, 2, 7])('are those of a full sort with %i relevant items, ties counting against them', (relevantCount) => {
    const uniform = seededUniform(relevantCount);
    for (let round = 0; round < 50; round++) {
      const relevant = randomScores(relevantCount, uniform).map((x) => (Number.isNaN(x) ? 3 : x));
      relevant.sort().reverse();
      const others = randomScores(40, uniform);
      expect([...placesOf(relevant, others)]).toEqual(placesBySorting(relevant, others));
    }
  });

  it('are the last ones where all scores are equal', () => {
    expect([...placesOf(Float32Array.of(2, 2), new Float32Array(5).fill(2))]).toEqual([6, 7]);
  });
});

describe('the best k', () => {
  it('are those of a full sort, equal scores in the order of items', () => {
    const uniform = seededUniform(5);
    for (let round = 0; round < 50; round++) {
      const scores = randomScores(60, uniform);
      const top = new Int32Array(10);
      selectTop(scores, top);
      const sorted = [...scores.keys()].filter((item) => !Number.isNaN(scores[item]));
      sorted.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!));
      expect([...top]).toEqual(sorted.slice(0, 10));
    }
  });

  it('end with -1 where there are fewer candidates', () => {
    const top = new Int32Array(3);
    selectTop(Float32Array.of(Number.NaN, 4, Number.NEGATIVE_INFINITY), top);
    expect([...top]).toEqual([1, 2, -1]);
  });
});
