import { epochOrder } from './epoch-order';

describe('the order of an epoch', () => {
  it('has every number once, in an order of its own', () => {
    const order = epochOrder(1_000, { seed: 1, epoch: 0 });
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
    // a random order leaves one number in its place on average
    expect(order.filter((x, at) => x === at).length).toBeLessThan(10);
  });

  it('depends on the seed and the epoch alone', () => {
    const order = (seed: number, epoch: number) => epochOrder(50, { seed, epoch });
    expect(order(1, 2)).toEqual(order(1, 2));
    expect(order(1, 3)).not.toEqual(order(1, 2));
    expect(order(2, 2)).not.toEqual(order(1, 2));
  });
});
