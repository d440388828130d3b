import { ReadSize } from './read-size';
import type { RawEntry } from './stream-entry';

function entries(count: number, bytes: number): RawEntry[] {
  const none = Buffer.alloc(0);
  return Array.from({ length: count }, () => [none, [none, none, none, Buffer.alloc(bytes)]]);
}

describe('the size of a read', () => {
  it('grows by twice at most, however small the entries were so far', () => {
    const size = new ReadSize();
    const asked = Array.from({ length: 3 }, () => {
      const count = size.entriesFor(2_000);
      size.learn(entries(count, 100), count);
      return count;
    });
    expect(asked).toEqual([16, 32, 64]);
  });

  it('is no more than the records that are wanted', () => {
    const size = new ReadSize();
    size.learn(entries(16, 100), 16 * 500);
    expect(size.entriesFor(2_000)).toBe(4);
    expect(size.entriesFor(7)).toBe(1);
  });

  it('stays within some megabytes, and is one entry at least', () => {
    const size = new ReadSize();
    size.learn(entries(4, 1024 * 1024), 4);
    expect(size.entriesFor(2_000)).toBe(7);
    size.learn(entries(1, 32 * 1024 * 1024), 1);
    expect(size.entriesFor(2_000)).toBe(1);
  });
});
