import { murmur2, partitionOf } from './partition-of';

describe('partitionOf', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the tests of Apache Kafka do', (key, expected) => {
    expect(murmur2(Buffer.from(key))).toBe(expected);
  });

  it('never moves a key to another partition', () => {
    const keys = ['user-1', 'user-2', 'user-3', 'user-4', 'ключ', '日本語', '', 'x'.repeat(2_000)];
    expect(keys.map((key) => partitionOf(key, 4))).toEqual(GOLDEN_4);
    expect(keys.map((key) => partitionOf(key, 7))).toEqual(GOLDEN_7);
  });

  it('spreads keys evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4_000; i += 1) counts[partitionOf(`user-${i}`, 4)]! += 1;
    // a fair share is 1,000 with a standard deviation of 27
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(110);
  });
});

const GOLDEN_4: readonly number[] = [0, 0, 3, 3, 0, 2, 1, 2];
const GOLDEN_7: readonly number[] = [3, 0, 0, 3, 4, 6, 2, 5];
