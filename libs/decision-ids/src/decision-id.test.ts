import { decidedAtMs, decisionIdAt } from './decision-id';

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

describe('decidedAtMs', () => {
  it('reads the time that an id was made with', () => {
    expect(decidedAtMs(decisionIdAt(new Date(1_790_000_000_123), new Uint8Array(10)))).toBe(1_790_000_000_123);
  });

  it.each(['', 'x', '01923456-789a-4fff-bfff-ffffffffffff', '01923456-789A-7FFF-BFFF-FFFFFFFFFFFF'])(
    'knows that "%s" is no id of a decision',
    (text) => expect(decidedAtMs(text)).toBeUndefined(),
  );
});
