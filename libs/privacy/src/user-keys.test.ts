import { makeUserKeys } from './user-keys';

const SECRET = 'a secret for tests, 32 characters or more';

describe('makeUserKeys', () => {
  // Keys stand in training sets and models: another function would make strangers of everybody. Never change these.
  it.each([
    ['u1', 'PJam_pcWQBQqXUHenxi4kg'],
    ['user-42', 'FY2tFktYRWJqcB3-wJoSD2'],
    ['', 'gDlYmS48R9_zgZXnDmBbB_'],
    ['Zoë 漢字', 'GxWlnQ9l5t1-slR53VadI8'],
  ])('gives user "%s" the key that it has given for ever', (userId, key) => {
    expect(makeUserKeys(SECRET)(userId)).toBe(key);
  });

  it('gives a user the same key again when the user is no longer remembered', () => {
    const userKeyOf = makeUserKeys(SECRET);
    const before = userKeyOf('ann');
    for (let i = 0; i < 10_001; i++) userKeyOf(`other-${i}`);
    expect(userKeyOf('ann')).toBe(before);
  });

  it('gives other keys under another secret', () => {
    expect(makeUserKeys(`${SECRET}!`)('u1')).not.toBe(makeUserKeys(SECRET)('u1'));
  });

  it('gives no two of 100,000 users one key', () => {
    const userKeyOf = makeUserKeys(SECRET);
    const keys = new Set(Array.from({ length: 100_000 }, (_, i) => userKeyOf(`user-${i}`)));
    expect(keys.size).toBe(100_000);
  });

  it('makes keys of 22 characters that need no quoting anywhere', () => {
    expect(makeUserKeys(SECRET)('ann')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
