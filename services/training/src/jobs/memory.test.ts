import { memoryLimitMb, requireFits } from './memory';

describe('memory of a training', () => {
  it('is what is set, and a share of the machine where nothing is', () => {
    expect(memoryLimitMb(123)).toBe(123);
    expect(memoryLimitMb(0)).toBeGreaterThan(100);
  });

  it('is asked for by what a row of the data set is: examples with features take more than interactions', () => {
    expect(() => requireFits(1_000_000, 200)).not.toThrow();
    expect(() => requireFits(1_000_000, 200, 'labelled_examples')).toThrow(
      expect.objectContaining({ code: 'failed_precondition.dataset_too_large' }),
    );
    expect(() => requireFits(2_000_000, 200)).toThrow(/need about 320 MB .* shorter time/);
  });
});
