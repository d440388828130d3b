import { seededNormal, seededRandom } from '../../tests/seeded-random';
import { DistributionSketch, sketchOf } from './distribution-sketch';

function values(count: number, seed: number): number[] {
  const normal = seededNormal(seed);
  return Array.from({ length: count }, () => Math.exp(2 * normal()));
}

/** What does not depend on the order in which values came. */
function stateOf(sketch: DistributionSketch) {
  const { level, keys, counts } = sketch.buckets();
  return { level, keys: [...keys], counts: [...counts], min: sketch.min, max: sketch.max, total: sketch.totalCount };
}

describe('DistributionSketch', () => {
  const all = values(30_000, 1);
  const whole = sketchOf(all);

  it('tells quantiles to the relative error that it says', () => {
    const inOrder = Float64Array.from(all).sort();
    expect(whole.relativeError).toBeLessThan(0.02);
    for (const q of [0, 0.001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]) {
      const exact = inOrder[Math.floor(q * (all.length - 1))]!;
      expect(Math.abs(whole.quantile(q) / exact - 1)).toBeLessThanOrEqual(whole.relativeError * (1 + 1e-9));
    }
  });

  it('tells the share below a value to what a bucket holds', () => {
    for (const x of [0.01, 0.5, 1, 3, 20]) {
      const exact = all.filter((value) => value <= x).length / all.length;
      expect(Math.abs(whole.cdf(x) - exact)).toBeLessThan(0.01);
    }
    expect([whole.cdf(0), whole.cdf(1e9)]).toEqual([0, 1]);
  });

  it('keeps at most 1,024 buckets, whatever comes', () => {
    const random = seededRandom(2);
    const wild = sketchOf(Array.from({ length: 20_000 }, () => (random() - 0.5) * 10 ** (600 * random() - 300)));
    expect(wild.buckets().keys.length).toBeLessThanOrEqual(1_024);
    expect(wild.encode().length).toBeLessThan(6_000);
    expect(wild.count).toBe(20_000);
  });

  it('is the same, in whatever order values are added and merged', () => {
    const parts = [0, 1, 2, 3].map((part) => sketchOf(all.filter((_, at) => at % 4 === part)));
    const [a, b, c, d] = parts as [DistributionSketch, DistributionSketch, DistributionSketch, DistributionSketch];
    const left = DistributionSketch.merged([DistributionSketch.merged([a, b]), c]).merge(d);
    const right = DistributionSketch.merged([d, DistributionSketch.merged([c, DistributionSketch.merged([b, a])])]);
    expect(stateOf(left)).toEqual(stateOf(whole));
    expect(stateOf(right)).toEqual(stateOf(whole));
    expect(stateOf(sketchOf([...all].reverse()))).toEqual(stateOf(whole));
    expect(left.mean).toBeCloseTo(whole.mean, 9);
    expect(left.variance / whole.variance).toBeCloseTo(1, 9);
    expect(left.skewness / whole.skewness).toBeCloseTo(1, 9);
  });

  it('knows the moments of what it has seen', () => {
    const sketch = sketchOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(sketch.mean).toBe(5);
    // squared deviations of 9, 1, 1, 1, 0, 0, 4, 16 over 7; cubes of -27, -1, -1, -1, 0, 0, 8, 64
    expect(sketch.variance).toBeCloseTo(32 / 7, 12);
    expect(sketch.skewness).toBeCloseTo(42 / 8 / 4 ** 1.5, 12);
    const twice = new DistributionSketch();
    for (const value of [1, 2]) twice.add(value, 3);
    expect(stateOf(twice)).toEqual(stateOf(sketchOf([1, 1, 1, 2, 2, 2])));
    expect(twice.variance).toBeCloseTo(0.3, 12);
  });

  it('separates missing values and those that are no finite numbers', () => {
    const sketch = sketchOf([1, null, Number.NaN, undefined, Number.POSITIVE_INFINITY, 2, 0, -3]);
    expect(sketch).toMatchObject({
      count: 4,
      nullCount: 2,
      nanCount: 2,
      totalCount: 8,
      nullRate: 0.5,
      min: -3,
      max: 2,
    });
    expect(sketch.quantile(0)).toBe(-3);
  });

  it('orders negative numbers, zero and positive ones, and tells small ones from zero', () => {
    const sketch = sketchOf([-1e300, -5, -1e-300, 0, Number.MIN_VALUE, 5, 1e300]);
    expect(sketch.cdf(0)).toBeCloseTo(4 / 7, 12);
    expect(sketch.cdf(-1)).toBeCloseTo(2 / 7, 12);
    expect(sketch.quantile(0.5)).toBe(0);
  });

  it('sees what is far from zero and close together', () => {
    const normal = seededNormal(3);
    const narrow = sketchOf(Array.from({ length: 20_000 }, () => 1_000 + 5 * normal()));
    expect(narrow.cdf(1_000)).toBeCloseTo(0.5, 1);
    expect(narrow.quantile(0.975) - 1_000).toBeCloseTo(9.8, 0);
  });

  it('says nothing of nothing', () => {
    const empty = new DistributionSketch();
    expect([empty.mean, empty.quantile(0.5), empty.cdf(1)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(stateOf(DistributionSketch.decode(empty.encode()))).toEqual(stateOf(empty));
    expect(stateOf(DistributionSketch.merged([]))).toEqual(stateOf(empty));
  });

  it('comes back from bytes, and goes on', () => {
    const decoded = DistributionSketch.decode(whole.encode());
    expect(stateOf(decoded)).toEqual(stateOf(whole));
    expect([decoded.mean, decoded.variance, decoded.skewness]).toEqual([whole.mean, whole.variance, whole.skewness]);
    decoded.add(1e9);
    expect(stateOf(decoded)).toEqual(stateOf(sketchOf([...all, 1e9])));
    const negative = sketchOf([-7, -7, null, 3]);
    expect(stateOf(DistributionSketch.decode(negative.encode()))).toEqual(stateOf(negative));
    expect(
      stateOf(
        sketchOf([1, 2])
          .compact()
          .merge(sketchOf([3])),
      ),
    ).toEqual(stateOf(sketchOf([3, 2, 1])));
  });

  it('refuses bytes that are no sketch of this version', () => {
    const bytes = sketchOf([1, 2, 3]).encode();
    expect(() => DistributionSketch.decode(bytes.subarray(0, -1))).toThrow(/ends too early/);
    expect(() => DistributionSketch.decode(Uint8Array.from([...bytes, 0]))).toThrow(/after its end/);
    expect(() => DistributionSketch.decode(Uint8Array.from([9, ...bytes.subarray(1)]))).toThrow(/version 9/);
    const wrongCount = Uint8Array.from(bytes);
    wrongCount[4]!++;
    expect(() => DistributionSketch.decode(wrongCount)).toThrow(/do not add up/);
    expect(() => DistributionSketch.decode(new Uint8Array(0))).toThrow(/ends too early/);
  });
});
