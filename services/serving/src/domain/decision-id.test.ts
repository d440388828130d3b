import { decisionIdAt } from './decision-id';

describe('decisionIdAt', () => {
  it('is a UUID of version 7 that holds the time', () => {
    const id = decisionIdAt(new Date(0x0192_3456_789a), new Uint8Array(10).fill(0xff));
    expect(id).toBe('01923456-789a-7fff-bfff-ffffffffffff');
  });

  it('sorts later ids after earlier ones', () => {
    const random = new Uint8Array(10);
    const ids = [1, 2 ** 31, 2 ** 32, 2 ** 40].map((ms) => decisionIdAt(new Date(ms), random));
    expect([...ids].sort()).toEqual(ids);
  });
});
