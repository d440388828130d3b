import { mergeCandidates } from './candidate';

describe('mergeCandidates', () => {
  it('joins what the sources say about an item, in the order of the lists', () => {
    const merged = mergeCandidates([
      {
        source: 'a',
        items: [
          { itemId: 'x', score: 3 },
          { itemId: 'y', score: 2 },
        ],
      },
      { source: 'b', items: [{ itemId: 'y', score: 9 }] },
    ]);
    expect(merged).toEqual([
      { itemId: 'x', sourceScores: [{ source: 'a', score: 3, rank: 0 }] },
      {
        itemId: 'y',
        sourceScores: [
          { source: 'a', score: 2, rank: 1 },
          { source: 'b', score: 9, rank: 0 },
        ],
      },
    ]);
  });

  it('keeps the better place of an item that a source names twice', () => {
    const items = [
      { itemId: 'x', score: 3 },
      { itemId: 'x', score: 1 },
    ];
    expect(mergeCandidates([{ source: 'a', items }])[0]!.sourceScores).toEqual([{ source: 'a', score: 3, rank: 0 }]);
  });
});
