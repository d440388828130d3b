import { type BoostCatalog, boostsAt } from './boosts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

// Items 0 to 3; item i has author i % 2; topics: sport 0, music 1, live 2.
const catalog: BoostCatalog = {
  find: (id) => ['a', 'b', 'c', 'd'].indexOf(id),
  findAuthor: (id) => ['ann', 'bob'].indexOf(id),
  findTopic: (topic) => ['sport', 'music', 'live'].indexOf(topic),
  authorOf: (item) => item % 2,
  categoryOf: (item) => (item < 2 ? 0 : 1),
  topicsOf: (item) => (item === 3 ? [1, 2] : [item < 2 ? 0 : 1]),
};

const factors = (...boosts: Parameters<typeof boostsAt>[0]) => [0, 1, 2, 3].map(boostsAt(boosts, catalog, NOW));

describe('boostsAt', () => {
  it.each([
    ['an item', { itemId: 'b', factor: 2 }, [1, 2, 1, 1]],
    ['an author', { authorId: 'bob', factor: 2 }, [1, 2, 1, 2]],
    ['a category', { category: 'music', factor: 0.5 }, [1, 1, 0.5, 0.5]],
    ['a tag', { tag: 'live', factor: 3 }, [1, 1, 1, 3]],
  ])('changes what matches %s', (_, boost, expected) => {
    expect(factors(boost)).toEqual(expected);
  });

  it('multiplies what matches several', () => {
    expect(
      factors({ authorId: 'bob', factor: 2 }, { category: 'music', factor: 0.5 }, { itemId: 'd', factor: 3 }),
    ).toEqual([1, 2, 0.5, 3]);
  });

  it('ends at its time', () => {
    expect(factors({ itemId: 'a', factor: 2, until: '2026-11-26T12:00:00.001Z' })).toEqual([2, 1, 1, 1]);
    expect(factors({ itemId: 'a', factor: 2, until: '2026-11-26T12:00:00Z' })).toEqual([1, 1, 1, 1]);
  });

  it('matches nothing by a name that the catalog does not know', () => {
    expect(factors({ itemId: 'x', factor: 2 }, { authorId: 'x', factor: 2 }, { tag: 'x', factor: 2 })).toEqual([
      1, 1, 1, 1,
    ]);
  });
});
