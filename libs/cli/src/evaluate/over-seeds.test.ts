import { overSeeds } from './over-seeds';

const estimate = (value: number) => ({ value, low: value - 1, high: value + 1 });

describe('metrics over seeds', () => {
  it('are the interval over users where there is one seed', () => {
    expect(overSeeds([{ 'hr@10': estimate(2) }])).toEqual({ 'hr@10': { value: 2, low: 1, high: 3 } });
  });

  it('are the mean with its interval, the spread and what each seed gave', () => {
    const metrics = overSeeds([1, 2, 3].map((value) => ({ 'hr@10': estimate(value) })));
    const margin = (4.303 * 1) / Math.sqrt(3);
    expect(metrics['hr@10']).toMatchObject({ value: 2, spread: 1, perSeed: [1, 2, 3] });
    expect(metrics['hr@10']!.low).toBeCloseTo(2 - margin, 3);
    expect(metrics['hr@10']!.high).toBeCloseTo(2 + margin, 3);
  });
});
