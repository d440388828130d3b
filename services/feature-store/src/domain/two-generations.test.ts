import { TwoGenerations } from './two-generations';

describe('a map of two generations', () => {
  it('keeps what is used and forgets what is not', () => {
    const map = new TwoGenerations<string, number>(10);
    for (let n = 0; n < 100; n++) {
      map.set(`k${n}`, n);
      map.get('k0');
    }
    expect([map.get('k0'), map.get('k1'), map.get('k99')]).toEqual([0, undefined, 99]);
  });

  it('never holds more than it may', () => {
    const map = new TwoGenerations<number, number>(10);
    for (let n = 0; n < 1_000; n++) map.set(n, n);
    const kept = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => map.get(n) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
  });

  it('forgets on request', () => {
    const map = new TwoGenerations<string, number>(4);
    map.set('a', 1);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });
});
