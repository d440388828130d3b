import { type Candidate, mergeCandidates } from './candidate';
import { fusedScore, lightRank } from './light-rank';
import { seededRandom } from './seeded-random';

const listOf = (source: string, ...items: number[]) => ({ source, items, scores: items.map((_, at) => -at) });

describe('lightRank', () => {
  it('adds up the reciprocal places of an item in all lists', () => {
    const [first] = mergeCandidates([listOf('a', 1, 2), listOf('b', 2, 1)]);
    expect(fusedScore(first!)).toBeCloseTo(1 / 61 + 1 / 62, 12);
  });

  it('prefers what two sources name to what one names first', () => {
    const candidates = mergeCandidates([listOf('a', 1, 2, 3), listOf('b', 4, 2, 5)]);
    const { best, rest } = lightRank(candidates, 1);
    expect(best.map(({ item }) => item)).toEqual([2]);
    expect(rest.map(({ item }) => item)).toEqual([1, 4, 3, 5]);
  });

  it('leaves candidates as they are where there is nothing to choose', () => {
    const candidates = mergeCandidates([listOf('a', 1, 2), listOf('b', 3, 2)]);
    expect(lightRank(candidates, 3)).toEqual({ best: candidates, rest: [] });
  });

  it('sorts as a plain sort by sum and then by place does, whatever the lists', () => {
    const random = seededRandom(new Uint8Array([5]));
    const lists = Array.from({ length: 9 }, (_, source) => {
      const items = new Set(Array.from({ length: 400 }, () => Math.floor(random() * 2500)));
      return listOf(`s${source}`, ...items);
    });
    const candidates: Candidate[] = mergeCandidates(lists);
    const byHand = candidates
      .map((candidate, at) => ({ candidate, at, score: fusedScore(candidate) }))
      // sums that differ by rounding alone are equal
      .sort((a, b) => (Math.abs(a.score - b.score) < 1e-11 ? a.at - b.at : b.score - a.score));
    const { best, rest } = lightRank(candidates, 200);
    expect(best).toHaveLength(200);
    expect([...best, ...rest]).toEqual(byHand.map(({ candidate }) => candidate));
  });

  it('loses nobody among very many', () => {
    const candidates = mergeCandidates([listOf('a', ...Array.from({ length: 100_000 }, (_, at) => 100_000 - at))]);
    const { best, rest } = lightRank(candidates, 2);
    expect(best.map(({ item }) => item)).toEqual([100_000, 99_999]);
    expect(rest).toHaveLength(99_998);
    expect(new Set(rest).size).toBe(99_998);
  });
});
