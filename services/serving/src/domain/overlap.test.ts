import { overlapAt } from './overlap';

describe('overlapAt', () => {
  it('counts what two lists share among their best, whatever the order', () => {
    expect(overlapAt([1, 2, 3, 4], [4, 3, 9, 1], 4)).toBe(0.75);
    expect(overlapAt([1, 2, 3, 4], [4, 3, 9, 1], 2)).toBe(0);
    expect(overlapAt([1, 2], [2, 1], 100)).toBe(1);
  });

  it('compares as many of each as there are of both', () => {
    expect(overlapAt([1, 2, 3, 4], [1], 100)).toBe(1);
    expect(overlapAt([], [1], 100)).toBe(0);
  });
});
