import { decisionIdAt } from '@attune/decision-ids';
import { isSampled } from './sampled-decision';
import { seededRandom } from './seeded-random';

describe('isSampled', () => {
  const random = seededRandom(Uint8Array.of(4));
  const ids = Array.from({ length: 20_000 }, (_, at) =>
    decisionIdAt(
      new Date(at),
      Uint8Array.from({ length: 10 }, () => Math.floor(256 * random())),
    ),
  );

  it('takes every decision at a share of 1 and none at 0', () => {
    expect(ids.every((id) => isSampled(id, 1))).toBe(true);
    expect(ids.some((id) => isSampled(id, 0))).toBe(false);
  });

  it('takes about the share, within five standard errors', () => {
    const taken = ids.filter((id) => isSampled(id, 0.2)).length;
    expect(Math.abs(taken - 4_000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.2 * 0.8));
  });

  it('takes everything at a higher share that it takes at a lower one', () => {
    expect(ids.filter((id) => isSampled(id, 0.1)).every((id) => isSampled(id, 0.3))).toBe(true);
  });
});
