import { seededNormal } from '@attune/kernels';
import { bootstrapEstimates, comparePaired } from './bootstrap';
import type { ObservationTable } from './observations';

function tableOf(values: Float64Array): ObservationTable {
  const ones = new Float64Array(values.length).fill(1);
  return {
    users: Int32Array.from(values.keys()),
    observations: [{ name: 'm', numerator: values, denominator: ones, finish: 'ratio' }],
  };
}

const normal = seededNormal(1);
const values = Float64Array.from({ length: 400 }, () => 5 + 2 * normal());

describe('bootstrap intervals', () => {
  it('are as wide as theory says for a mean', () => {
    const { value, low, high } = bootstrapEstimates(tableOf(values), { seed: 1 }).get('m')!;
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    const width = 2 * 1.96 * (deviation / Math.sqrt(values.length));
    expect(value).toBeCloseTo(mean, 10);
    // quantiles of 1,000 resamples are uncertain by some percent
    expect((high - low) / width).toBeGreaterThan(0.9);
    expect((high - low) / width).toBeLessThan(1.1);
    expect((low + high) / 2).toBeCloseTo(mean, 1);
  });

  it('are as wide where groups of very many users are resampled', () => {
    const draw = seededNormal(2);
    const many = Float64Array.from({ length: 30_000 }, () => draw());
    // quantiles of 200 resamples are uncertain by a tenth
    const { low, high } = bootstrapEstimates(tableOf(many), { seed: 1, resamples: 200 }).get('m')!;
    const width = (2 * 1.96) / Math.sqrt(many.length);
    expect((high - low) / width).toBeGreaterThan(0.75);
    expect((high - low) / width).toBeLessThan(1.25);
  });

  it('are the same for the same seed', () => {
    const first = bootstrapEstimates(tableOf(values), { seed: 1 });
    expect(bootstrapEstimates(tableOf(values), { seed: 1 })).toEqual(first);
    expect(bootstrapEstimates(tableOf(values), { seed: 2 })).not.toEqual(first);
  });

  it('resample whole users where a metric is a ratio of sums', () => {
    const numerator = Float64Array.of(4, 0, 9);
    const denominator = Float64Array.of(1, 0, 1);
    const table = {
      users: Int32Array.of(0, 1, 2),
      observations: [{ name: 'rmse', numerator, denominator, finish: 'root' as const }],
    };
    const { value, low, high } = bootstrapEstimates(table, { seed: 1 }).get('rmse')!;
    expect(value).toBeCloseTo(Math.sqrt(13 / 2));
    expect([low, high]).toEqual([2, 3]);
  });

  it('are not a number where no user defines the metric', () => {
    const none = new Float64Array(3);
    const table = {
      users: Int32Array.of(0, 1, 2),
      observations: [{ name: 'auc', numerator: none, denominator: none, finish: 'ratio' as const }],
    };
    expect(bootstrapEstimates(table, { seed: 1 }).get('auc')).toEqual({ value: NaN, low: NaN, high: NaN });
  });
});

describe('the paired comparison', () => {
  it('sees a small difference that is the same for all users where single intervals overlap', () => {
    const better = values.map((value, user) => value + 0.05 + 0.01 * Math.sin(user));
    const [a, b] = [tableOf(better), tableOf(values)];
    const single = [a, b].map((table) => bootstrapEstimates(table, { seed: 1 }).get('m')!);
    expect(single[0]!.low).toBeLessThan(single[1]!.high);
    const { difference, shareLarger } = comparePaired(a, b, { metric: 'm', seed: 1 });
    expect(difference.low).toBeGreaterThan(0.04);
    expect(difference.high).toBeLessThan(0.06);
    expect(shareLarger).toBe(1);
  });

  it('finds nothing between a model and itself', () => {
    const { difference, shareLarger } = comparePaired(tableOf(values), tableOf(values), { metric: 'm', seed: 1 });
    expect(difference).toEqual({ value: 0, low: 0, high: 0 });
    expect(shareLarger).toBe(0.5);
  });

  it('refuses evaluations of other users, and metrics that are not there', () => {
    const fewer = tableOf(values.slice(1));
    expect(() => comparePaired(tableOf(values), fewer, { metric: 'm', seed: 1 })).toThrow(/same users/);
    expect(() => comparePaired(fewer, fewer, { metric: 'x', seed: 1 })).toThrow(/there are m/);
  });
});
