import { buildKeyIndex, findKey } from './key-index';

const KEYS = ['', 'a', 'b', 'ab', 'größe', '鍵', ...Array.from({ length: 5_000 }, (_, at) => `key-${at * 7}`)];

describe('the index of keys', () => {
  const index = buildKeyIndex(KEYS);

  it('finds the row of every key', () => {
    expect(KEYS.map((key) => findKey(index, key))).toEqual(KEYS.map((_, row) => row));
  });

  it('finds no others, prefixes and neighbours among them', () => {
    expect(['key', 'key-', 'key-1', 'c', 'grö', 'key-35000'].map((key) => findKey(index, key))).toEqual(
      new Array(6).fill(-1),
    );
  });

  it('knows nobody when it is empty', () => {
    expect(findKey(buildKeyIndex([]), 'a')).toBe(-1);
  });

  it('lies in shared memory', () => {
    expect([index.bytes, index.offsets, index.places].every(({ buffer }) => buffer instanceof SharedArrayBuffer)).toBe(
      true,
    );
  });
});
