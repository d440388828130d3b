import { mergeCandidates } from './candidate';

const list = (source: string, ...items: number[]) => ({ source, items, scores: items.map((_, at) => 10 - at) });

describe('mergeCandidates', () => {
  it('makes one candidate of an item that several sources propose, with what each said', () => {
    expect(mergeCandidates([list('als', 1, 2), list('trending', 2, 3)])).toEqual([
      { item: 1, sourceScores: [{ source: 'als', score: 10, rank: 0 }] },
      {
        item: 2,
        sourceScores: [
          { source: 'als', score: 9, rank: 1 },
          { source: 'trending', score: 10, rank: 0 },
        ],
      },
      { item: 3, sourceScores: [{ source: 'trending', score: 9, rank: 1 }] },
    ]);
  });

  it('keeps the first mention of an item that a source proposes twice', () => {
    expect(mergeCandidates([list('als', 1, 1)])).toEqual([
      { item: 1, sourceScores: [{ source: 'als', score: 10, rank: 0 }] },
    ]);
  });

  it('keeps the order of the lists', () => {
    expect(mergeCandidates([list('a', 5, 4), list('b', 3)]).map(({ item }) => item)).toEqual([5, 4, 3]);
  });
});
