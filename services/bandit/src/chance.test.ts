import { decisionIdAt } from '@attune/decision-ids';
import { seededRandom } from '@attune/testkit';
import { uniformOf } from './chance';

const random = seededRandom(5);
const ids = Array.from({ length: 20_000 }, () =>
  decisionIdAt(
    new Date(1_790_000_000_000),
    Uint8Array.from({ length: 10 }, () => 256 * random()),
  ),
);

describe('chance from ids', () => {
  it('is the same for the same policy and id', () => {
    expect(uniformOf('a', ids[0]!)).toBe(uniformOf('a', ids[0]!));
  });

  it('is spread evenly over [0, 1)', () => {
    const counts = new Array<number>(20).fill(0);
    for (const id of ids) counts[Math.floor(20 * uniformOf('a', id))]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    // 19 degrees of freedom: above 43.8 once in a thousand; the seed is fixed
    expect(chiSquare).toBeLessThan(43.8);
  });

  it('of two policies that choose under one id is not correlated', () => {
    const products = ids.map((id) => (uniformOf('a', id) - 0.5) * (uniformOf('b', id) - 0.5) * 12);
    const correlation = products.reduce((sum, value) => sum + value, 0) / ids.length;
    // the standard error is 1 / sqrt(20,000) = 0.007: four of them
    expect(Math.abs(correlation)).toBeLessThan(0.028);
  });
});
