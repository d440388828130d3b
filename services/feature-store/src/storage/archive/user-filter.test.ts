import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { mayHold, userFilterOf } from './user-filter';

const keyOf = makeUserKeys(DEVELOPMENT_SECRET);
const keys = (count: number, kind: string) => Array.from({ length: count }, (_, n) => keyOf(`${kind}-${n}`));

describe('the filter of the users of a file', () => {
  it.each([1, 10, 5_000])('never misses one of %d users', (count) => {
    const own = keys(count, 'own');
    const filter = userFilterOf(new Set(own));
    expect(own.every((key) => mayHold(filter, key))).toBe(true);
  });

  it('takes about one of a hundred others for its own', () => {
    const filter = userFilterOf(new Set(keys(5_000, 'own')));
    // 0.8 % of 20,000 are 160 with a standard deviation of 13; the bounds are five of them away.
    const wrong = keys(20_000, 'other').filter((key) => mayHold(filter, key)).length;
    expect(wrong).toBeGreaterThan(95);
    expect(wrong).toBeLessThan(225);
  });

  it('says the same whatever the order of the users', () => {
    const own = keys(100, 'own');
    expect(userFilterOf(new Set(own.toReversed()))).toBe(userFilterOf(new Set(own)));
  });
});
