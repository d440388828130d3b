import { createHash } from 'node:crypto';
import { seededRandom } from '@attune/testkit';
import { chiSquare, chiSquareLimit, chiSquareOfTable, emptyTable } from '../tests/chi-square';
import golden from '../tests/golden.json';
import { bucketOf } from './bucket-of';

const CELLS = 100;

describe('bucketOf', () => {
  it.each(golden.buckets)('says what Python says of $salt and $unitId', ({ salt, unitId, bucket }) => {
    expect(bucketOf(salt, unitId)).toBe(bucket);
  });

  it('has at least twenty golden vectors, and no two of them are alike', () => {
    expect(new Set(golden.buckets.map(({ bucket }) => bucket)).size).toBeGreaterThanOrEqual(20);
  });

  it('takes half a character as the replacement character', () => {
    expect(bucketOf('s', 'a\ud83d')).toBe(bucketOf('s', 'a\ufffd'));
  });

  const sha1Hex = (i: number) => createHash('sha1').update(`${i}`).digest('hex');
  const uuid = (i: number) => sha1Hex(i).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-a$4-$5');
  const shapes: [string, number, (i: number) => string][] = [
    ['numbers in sequence', 1_000_000, (i) => String(i)],
    ['prefixed numbers', 200_000, (i) => `user-${String(i).padStart(8, '0')}`],
    ['UUIDs', 200_000, uuid],
    ['e-mail addresses', 200_000, (i) => `person.${i.toString(36)}@example.org`],
    ['long ids that differ at their end', 100_000, (i) => `${'tenant/'.repeat(20)}${i}`],
  ];
  it.each(shapes)('spreads %s evenly', (_, count, idOf) => {
    const counts = new Array<number>(CELLS).fill(0);
    for (let i = 0; i < count; i++) counts[Math.floor(bucketOf('variant:home-feed', idOf(i)) * CELLS)]!++;
    expect(chiSquare(counts, new Array(CELLS).fill(count / CELLS))).toBeLessThan(chiSquareLimit(CELLS - 1));
  });

  it('gives independent numbers under salts that differ by one letter', () => {
    const table = emptyTable(10, 10);
    for (let i = 0; i < 100_000; i++) {
      const [a, b] = [bucketOf('variant:test-1', `${i}`), bucketOf('variant:test-2', `${i}`)];
      table[Math.floor(a * 10)]![Math.floor(b * 10)]!++;
    }
    const { value, degrees } = chiSquareOfTable(table);
    expect(value).toBeLessThan(chiSquareLimit(degrees));
  });

  it('uses all of its 52 bits and stays below 1', () => {
    const random = seededRandom(5);
    let [largest, odd] = [0, 0];
    for (let i = 0; i < 20_000; i++) {
      const bucket = bucketOf('s', `${random()}`);
      largest = Math.max(largest, bucket);
      if ((bucket * 2 ** 52) % 2 === 1) odd++;
    }
    expect(largest).toBeLessThan(1);
    // half of 20,000 with a standard deviation of 71: five of them
    expect(Math.abs(odd - 10_000)).toBeLessThan(354);
  });
});
