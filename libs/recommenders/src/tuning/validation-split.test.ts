import { buildInteractions, type Interactions } from '@attune/interactions';
import { validationSplit } from './validation-split';

/** Ten users with ten items each, at the times from `from` on, or at none. */
function interactionsFrom(from?: number): Interactions {
  const pairs = Array.from({ length: 100 }, (_, n) => n);
  return buildInteractions({
    userCount: 10,
    itemCount: 10,
    userIndex: Int32Array.from(pairs, (n) => n % 10),
    itemIndex: Int32Array.from(pairs, (n) => Math.floor(n / 10)),
    timeMs: from === undefined ? undefined : Float64Array.from(pairs, (n) => from + n),
  }).interactions;
}

describe('the validation set', () => {
  it('is the last one of each user for leave-one-out where times are known', () => {
    const { validation, rule } = validationSplit(interactionsFrom(0), { protocol: 'leave-one-out', seed: 1 });
    expect(validation.timeMs).toEqual(Float64Array.from({ length: 10 }, (_, user) => 90 + user));
    expect(rule).toBe('the last one of each user');
  });

  it('is a random one of each user for leave-one-out where times are not known', () => {
    const { validation } = validationSplit(interactionsFrom(), { protocol: 'leave-one-out', seed: 1 });
    expect([...validation.userIndex]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is later than the rest where the test is later', () => {
    const options = { test: interactionsFrom(1_000), protocol: 'full-ranking', seed: 1 } as const;
    const { train, validation, rule } = validationSplit(interactionsFrom(0), options);
    expect(rule).toBe('the latest 25 %');
    expect(Math.max(...train.timeMs)).toBeLessThan(Math.min(...validation.timeMs));
  });

  it('is a random share where the test is of the same time', () => {
    const options = { test: interactionsFrom(0), protocol: 'ratings', seed: 1 } as const;
    const { train, validation, rule } = validationSplit(interactionsFrom(0), options);
    expect(rule).toBe('a random 25 %');
    expect([train, validation].map(({ userIndex }) => userIndex.length)).toEqual([75, 25]);
  });
});
