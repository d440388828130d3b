import { ColumnarItemCatalog } from './item-catalog';
import { type ItemFacts, itemFactsOf } from './item-facts';

const facts = (itemId: string, changes: Partial<ItemFacts> = {}): ItemFacts => ({
  ...{ itemId, isAvailable: true, authorId: '', hasCategory: false, topics: [], publishedAtMs: Number.NaN },
  ...changes,
});

function aCatalog(...items: readonly ItemFacts[]) {
  const catalog = new ColumnarItemCatalog();
  for (const item of items) catalog.put(item);
  return catalog;
}

const idsOf = (catalog: ColumnarItemCatalog, items: readonly number[]) => items.map((item) => catalog.idOf(item));

describe('itemFactsOf', () => {
  it('takes the category first, then the tags as they are written, each once', () => {
    const stated = { itemId: 'a', authorId: 'ann', category: 'Drama', tags: ['drama', 'Drama', 'Noir'] };
    expect(itemFactsOf(stated)).toEqual({
      ...{ itemId: 'a', authorId: 'ann', isAvailable: true, hasCategory: true, topics: ['Drama', 'drama', 'Noir'] },
      publishedAtMs: Number.NaN,
    });
  });

  it('takes an item out only where it says so', () => {
    const stated = { itemId: 'a', authorId: '', category: '', tags: [] };
    expect(itemFactsOf(stated).isAvailable).toBe(true);
    expect(itemFactsOf({ ...stated, available: false }).isAvailable).toBe(false);
  });
});

describe('the catalog', () => {
  it('numbers items densely at first sight, and never again', () => {
    const catalog = aCatalog();
    expect([catalog.find('a'), catalog.numberOf('a'), catalog.numberOf('b'), catalog.numberOf('a')]).toEqual([
      -1, 0, 1, 0,
    ]);
    expect([catalog.size, catalog.find('b'), catalog.idOf(1)]).toEqual([2, 1, 'b']);
  });

  it('takes an item of which nothing is known for available, without author, topics and time', () => {
    const catalog = aCatalog();
    const item = catalog.numberOf('a');
    expect(catalog.isAvailable(item)).toBe(true);
    expect([catalog.authorOf(item), catalog.categoryOf(item), [...Array.from(catalog.topicsOf(item))]]).toEqual([
      -1,
      -1,
      [],
    ]);
    expect(catalog.publishedAtMs(item)).toBeNaN();
  });

  it('tells what an item is, and counts by author and topic', () => {
    const catalog = aCatalog(
      facts('a', { authorId: 'ann', hasCategory: true, topics: ['drama', 'noir'], publishedAtMs: 5 }),
      facts('b', { authorId: 'ann', topics: ['noir'] }),
    );
    const noir = catalog.findTopic('noir');
    expect(catalog.topicName(catalog.categoryOf(0))).toBe('drama');
    expect(catalog.categoryOf(1)).toBe(-1);
    expect(Array.from(catalog.topicsOf(1))).toEqual([noir]);
    expect([catalog.countByAuthor(catalog.findAuthor('ann')), catalog.countByTopic(noir)]).toEqual([2, 2]);
    expect(catalog.authorId(catalog.authorOf(1))).toBe('ann');
  });

  it('lets what is said later take the place of what was said before', () => {
    const catalog = aCatalog(
      facts('a', { authorId: 'ann', topics: ['drama'], publishedAtMs: 5 }),
      facts('a', { authorId: 'ben', topics: ['noir', 'crime', 'drama'], isAvailable: false }),
    );
    expect([catalog.size, catalog.isAvailable(0), catalog.unavailableCount]).toEqual([1, false, 1]);
    expect(Array.from(catalog.topicsOf(0), (topic) => catalog.topicName(topic))).toEqual(['noir', 'crime', 'drama']);
    expect(catalog.countByTopic(catalog.findTopic('drama'))).toBe(1);
    catalog.put(facts('a'));
    expect([catalog.unavailableCount, catalog.topicsOf(0).length]).toEqual([0, 0]);
  });

  it('keeps no name of an author who has no items any more', () => {
    const catalog = aCatalog(facts('a', { authorId: 'ann' }));
    const author = catalog.authorOf(0);
    catalog.put(facts('a'));
    expect([catalog.findAuthor('ann'), catalog.authorId(author), catalog.countByAuthor(author)]).toEqual([-1, '', 0]);
  });

  it('names the newest available items, newest first', () => {
    const catalog = aCatalog(
      facts('old', { publishedAtMs: 1 }),
      facts('new', { publishedAtMs: 3 }),
      facts('gone', { publishedAtMs: 4, isAvailable: false }),
      facts('timeless'),
      facts('middle', { publishedAtMs: 2 }),
    );
    expect(idsOf(catalog, catalog.newest(9, 0))).toEqual(['new', 'middle', 'old']);
    expect(idsOf(catalog, catalog.newest(1, 0))).toEqual(['new']);
    expect(idsOf(catalog, catalog.newest(9, 2))).toEqual(['new']);
    catalog.put(facts('new', { publishedAtMs: 3, isAvailable: false }));
    catalog.put(facts('gone', { publishedAtMs: 4 }));
    expect(idsOf(catalog, catalog.newest(9, 0))).toEqual(['gone', 'middle', 'old']);
  });

  it('finds the newest of very many, in whatever order they came and left', () => {
    const catalog = aCatalog();
    const count = 40_000;
    const timeOf = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const publishedAtMs = (i * 7_919) % count;
      timeOf.set(`i${i}`, publishedAtMs);
      catalog.put(facts(`i${i}`, { publishedAtMs }));
    }
    for (const [itemId, publishedAtMs] of timeOf) {
      if (publishedAtMs < count - 9_500) continue;
      catalog.put(facts(itemId, { publishedAtMs, isAvailable: false }));
      timeOf.delete(itemId);
    }
    const expected = [...timeOf].sort(([, a], [, b]) => b - a).map(([itemId]) => itemId);
    expect(idsOf(catalog, catalog.newest(3_000, -1))).toEqual(expected.slice(0, 3_000));
  });

  it('keeps the topics of every item through thousands of changes', () => {
    const catalog = aCatalog();
    const latest = new Map<number, string[]>();
    for (let step = 0; step < 30_000; step++) {
      const item = (step * 31) % 1_000;
      const topics = Array.from({ length: (step * 17) % 9 }, (_, at) => `t${(step + at) % 50}`);
      catalog.put(facts(`i${item}`, { topics }));
      latest.set(catalog.find(`i${item}`), topics);
    }
    const wrong = [...latest].filter(
      ([item, topics]) =>
        Array.from(catalog.topicsOf(item), (topic) => catalog.topicName(topic)).join() !== topics.join(),
    );
    expect(wrong).toEqual([]);
  });
});
