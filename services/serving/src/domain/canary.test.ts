import { isInCanary } from './canary';

const als = (digest: string) => ({ name: 'als', version: '2', digest });
const users = Array.from({ length: 20_000 }, (_, at) => `user-${at}`);

describe('isInCanary', () => {
  it('takes about the share of the users that it is given', () => {
    const taken = users.filter((user) => isInCanary(als('d'), user, 0.1)).length;
    // four standard deviations of a binomial count
    expect(Math.abs(taken - 2_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.1 * 0.9));
  });

  it('keeps who is in when the share grows, and takes nobody at 0 and everybody at 1', () => {
    const inSmall = users.filter((user) => isInCanary(als('d'), user, 0.05));
    expect(inSmall.every((user) => isInCanary(als('d'), user, 0.2))).toBe(true);
    expect(users.some((user) => isInCanary(als('d'), user, 0))).toBe(false);
    expect(users.every((user) => isInCanary(als('d'), user, 1))).toBe(true);
  });

  it('takes others for another version', () => {
    const both = users.filter((user) => isInCanary(als('d'), user, 0.1) && isInCanary(als('e'), user, 0.1)).length;
    expect(both).toBeLessThan(300);
  });

  it('never changes its mind', () => {
    expect(
      users
        .slice(0, 20)
        .map((user) => (isInCanary(als('d'), user, 0.5) ? 1 : 0))
        .join(''),
    ).toBe('00100000101001011011');
  });
});
