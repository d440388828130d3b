import { CategoryCounts } from './category-counts';

describe('CategoryCounts', () => {
  it('counts, merges and comes back from bytes', () => {
    const [one, other] = [new CategoryCounts(), new CategoryCounts()];
    for (const category of ['a', 'b', 'a', null]) one.add(category);
    other.add('ä', 5);
    const both = CategoryCounts.decode(CategoryCounts.merged([one, other]).encode());
    expect(Object.fromEntries(both.counts)).toEqual({ a: 2, b: 1, ä: 5 });
    expect(both).toMatchObject({ count: 8, nullCount: 1, otherCount: 0 });
  });

  it('keeps the most frequent of many categories by name, and the number of the others', () => {
    const counts = new CategoryCounts();
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 5_000; at++) counts.add(`user ${round} ${at}`);
      counts.add('often', 1_000);
    }
    expect(counts.counts.size).toBeLessThanOrEqual(1_024);
    expect(counts.counts.get('often')).toBe(3_000);
    expect(counts.count).toBe(18_000);
    expect(counts.otherCount).toBeGreaterThan(13_000);
  });

  it('refuses other bytes', () => {
    expect(() => CategoryCounts.decode(Uint8Array.from([7]))).toThrow(/version 7/);
  });
});
