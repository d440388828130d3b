import { seededRandom } from './seeded-random';

const drawn = (seed: number[], count: number) => {
  const random = seededRandom(Uint8Array.from(seed));
  return Array.from({ length: count }, random);
};

describe('seededRandom', () => {
  it('gives the same numbers for the same bytes and others for others', () => {
    expect(drawn([1, 2, 3], 5)).toEqual(drawn([1, 2, 3], 5));
    expect(drawn([1, 2, 4], 5)).not.toEqual(drawn([1, 2, 3], 5));
  });

  it('is uniform: each tenth gets a tenth of 100,000 numbers, within five standard errors', () => {
    const counts = new Array<number>(10).fill(0);
    for (const number of drawn([9], 100_000)) counts[Math.floor(number * 10)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(100_000 * 0.1 * 0.9));
  });

  it('gives first numbers that are uniform over seeds, too: every decision has its own seed', () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 50_000; seed++) {
      counts[Math.floor(drawn([seed & 255, seed >> 8], 1)[0]! * 10)]!++;
    }
    for (const count of counts) expect(Math.abs(count - 5_000)).toBeLessThan(5 * Math.sqrt(50_000 * 0.1 * 0.9));
  });
});
