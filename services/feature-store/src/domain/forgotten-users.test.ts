import { ForgottenUsers } from './forgotten-users';

/** Somebody forgotten until 1,000, and a count of how often ids were hashed. */
function someForgotten() {
  let hashed = 0;
  const users = new ForgottenUsers((userId) => {
    hashed += 1;
    return `key of ${userId}`;
  });
  users.add({ userKey: 'key of ada', untilMs: 1_000 });
  return { users, hashedCount: () => hashed };
}

describe('ForgottenUsers', () => {
  it('covers what happened until somebody was forgotten, and nothing later', () => {
    const { users } = someForgotten();
    expect([999, 1_000, 1_001].map((atMs) => users.covers('ada', atMs))).toEqual([true, true, false]);
  });

  it('covers nobody else', () => {
    expect(someForgotten().users.covers('ben', 500)).toBe(false);
  });

  it('hashes no id for what happened after every erasure', () => {
    const { users, hashedCount } = someForgotten();
    users.covers('ada', 1_001);
    expect(hashedCount()).toBe(0);
  });

  it('tells who was forgotten since a moment', () => {
    const { users } = someForgotten();
    const before = users.count;
    users.add({ userKey: 'key of ben', untilMs: 500 });
    expect(users.since(before)).toEqual(['key of ben']);
  });

  it('keeps the latest erasure of somebody who was forgotten twice, in whatever order it hears of them', () => {
    const { users } = someForgotten();
    users.add({ userKey: 'key of ada', untilMs: 2_000 });
    users.add({ userKey: 'key of ada', untilMs: 1_500 });
    expect(users.covers('ada', 2_000)).toBe(true);
  });
});
