import { seededNormal, seededRandom } from '../../tests/seeded-random';
import { CategoryCounts } from '../sketch/category-counts';
import { DistributionSketch, sketchOf } from '../sketch/distribution-sketch';
import { judgeNumericSkew } from './judge-numeric-skew';
import { judgeWordSkew } from './judge-word-skew';

/** Draws one value; `lift` is what sets examples apart that were engaged with, in standard deviations. */
type Draw = (normal: () => number, random: () => number, lift: number) => number;

/** The shapes that features have. */
const SHAPES: Readonly<Record<string, Draw>> = {
  'a ratio': (normal, _, lift) => 1 / (1 + Math.exp(2 - normal() - lift)),
  'an age that spreads over orders of magnitude': (normal, _, lift) => Math.exp(1 + 2 * (normal() + lift)),
  'a count, mostly zero': (normal, random, lift) => (random() < 0.85 ? 0 : Math.ceil(Math.exp(normal() + lift))),
  'a sentiment with both signs': (normal, _, lift) => Math.tanh(0.5 * (normal() + lift)),
  'yes or no': (normal, _, lift) => (normal() + lift > 0.3 ? 1 : 0),
  'one that is often missing': (normal, random, lift) => (random() < 0.4 ? Number.NaN : 50 + 9 * (normal() + lift)),
};

interface Sample {
  readonly count: number;
  readonly seed: number;
  readonly lift?: number;
  readonly made?: (value: number) => number;
}

function drawn(shape: string, { count, seed, lift = 0, made = (value) => value }: Sample): DistributionSketch {
  const [normal, random] = [seededNormal(seed), seededRandom(seed + 7_919)];
  return sketchOf(Array.from({ length: count }, () => made(SHAPES[shape]!(normal, random, lift))));
}

/** A training set of examples that were engaged with and of those that were not. */
function trained(shape: string, seed: number, sizes: readonly [engaged: number, not: number] = [2_000, 8_000]) {
  return [drawn(shape, { count: sizes[0], seed, lift: 0.8 }), drawn(shape, { count: sizes[1], seed: seed + 1 })];
}

const shapes = Object.keys(SHAPES);
const verdicts = (judged: readonly { readonly verdict: string }[]) => new Set(judged.map(({ verdict }) => verdict));

describe('features in serving beside those of training', () => {
  it.each([500, 5_000, 50_000])('are in order where they are made alike, by %d values', (count) => {
    const seeds = count > 5_000 ? [1] : [1, 2, 3, 4];
    const judged = shapes.flatMap((shape) =>
      seeds.map((seed) => judgeNumericSkew(trained(shape, seed), drawn(shape, { count, seed: seed + 100 }))),
    );
    expect(verdicts(judged)).toEqual(new Set(['in_order']));
  });

  it('are in order by a million values', () => {
    // each of 50,000 comes twenty times
    const million = new DistributionSketch();
    const [normal, random] = [seededNormal(9), seededRandom(9)];
    for (let at = 0; at < 50_000; at++) million.add(SHAPES['a ratio']!(normal, random, 0), 20);
    expect(judgeNumericSkew(trained('a ratio', 1), million)).toMatchObject({ verdict: 'in_order' });
  });

  it('are in order where training took other shares of what was engaged with than serving shows', () => {
    for (const shape of shapes) {
      // half were engaged with, of what is shown a fortieth is
      const parts = trained(shape, 3, [5_000, 5_000]);
      const served = DistributionSketch.merged([
        drawn(shape, { count: 50, seed: 11, lift: 0.8 }),
        drawn(shape, { count: 1_950, seed: 12 }),
      ]);
      expect({ shape, ...judgeNumericSkew(parts, served) }).toMatchObject({ shape, verdict: 'in_order' });
    }
  });

  it('are in order at any hour of a day that moves them by two standard deviations from its top to its bottom', () => {
    for (const shape of shapes) {
      const liftAt = (hour: number) => 1 * Math.sin((hour / 24) * 2 * Math.PI);
      const day = Array.from({ length: 24 }, (_, hour) =>
        drawn(shape, { count: 500, seed: 40 + hour, lift: liftAt(hour) }),
      );
      const parts = [DistributionSketch.merged(day)];
      const judged = day.map((hour) => judgeNumericSkew(parts, hour));
      expect({ shape, found: verdicts(judged) }).toEqual({ shape, found: new Set(['in_order']) });
    }
  });

  it.each<[string, number]>([
    ['a thousand times as large', 1_000],
    ['a thousandth', 0.001],
  ])('are found where every value is %s, and it is said that the unit is another one', (_, factor) => {
    // of those within fixed bounds the same holds; yes or no has no unit
    for (const shape of shapes.filter((one) => one !== 'yes or no')) {
      const served = drawn(shape, { count: 2_000, seed: 21, made: (value) => factor * value });
      expect({ shape, ...judgeNumericSkew(trained(shape, 5), served) }).toMatchObject({ shape, test: 'unit' });
    }
  });

  it('are found where they always are missing, or never were', () => {
    for (const shape of shapes) {
      const gone = drawn(shape, { count: 500, seed: 22, made: () => Number.NaN });
      const judged = judgeNumericSkew(trained(shape, 5), gone);
      expect({ shape, ...judged }).toMatchObject({ shape, verdict: 'skew', test: 'missing' });
      expect(judged.reason).toMatch(
        /^100 % of the values are missing in serving, and (0|3\d(\.\d)?|4\d(\.\d)?) % were/,
      );
    }
    const filled = drawn('one that is often missing', { count: 500, seed: 23, made: (x) => (Number.isNaN(x) ? 0 : x) });
    expect(judgeNumericSkew(trained('one that is often missing', 5), filled)).toMatchObject({ test: 'missing' });
  });

  it.each([0, 3, 0.12])('are found where all are the constant %d', (constant) => {
    for (const shape of shapes.filter((one) => one !== 'one that is often missing')) {
      const served = drawn(shape, { count: 500, seed: 24, made: () => constant });
      expect({ shape, ...judgeNumericSkew(trained(shape, 5), served) }).toMatchObject({ shape, test: 'single_value' });
    }
  });

  it('are found on both sides where two features were swapped', () => {
    const [ratio, age] = ['a ratio', 'an age that spreads over orders of magnitude'].map((shape) => ({
      parts: trained(shape, 5),
      served: drawn(shape, { count: 500, seed: 25 }),
    }));
    expect(judgeNumericSkew(ratio!.parts, age!.served).verdict).toBe('skew');
    expect(judgeNumericSkew(age!.parts, ratio!.served).verdict).toBe('skew');
  });

  it('are found clipped to the middle of what they were', () => {
    const clip = (value: number) => Math.min(0.13, Math.max(0.11, value));
    const served = drawn('a ratio', { count: 2_000, seed: 26, made: clip });
    expect(judgeNumericSkew(trained('a ratio', 5), served)).toMatchObject({ verdict: 'skew', test: 'distribution' });
  });

  it('are not judged by fewer than 500 values on either side', () => {
    const few = drawn('a ratio', { count: 499, seed: 27, made: () => 5 });
    expect(judgeNumericSkew(trained('a ratio', 5), few)).toMatchObject({
      verdict: 'insufficient_data',
      reason: '10000 values in training and 499 in serving are too few: it takes 500 of each',
    });
    const many = drawn('a ratio', { count: 5_000, seed: 28 });
    expect(judgeNumericSkew(trained('a ratio', 5, [100, 300]), many).verdict).toBe('insufficient_data');
    expect(judgeNumericSkew([], many).verdict).toBe('insufficient_data');
  });

  it('are not told apart by what training rounds away', () => {
    // every value is shared by a hundred examples
    const values = Array.from({ length: 10_000 }, (_, at) => Math.exp((at % 100) / 10) / 3);
    const judged = judgeNumericSkew([sketchOf(values.map(Math.fround))], sketchOf(values));
    expect(judged).toMatchObject({ verdict: 'in_order', value: 0 });
  });
});

describe('words in serving beside those of training', () => {
  function countsOf(shares: Readonly<Record<string, number>>, nulls = 0): CategoryCounts {
    const counts = new CategoryCounts();
    for (const [name, count] of Object.entries(shares)) counts.add(name, count);
    counts.add(null, nulls);
    return counts;
  }
  const parts = [countsOf({ de: 500, en: 300, fr: 200 }, 40), countsOf({ de: 4_000, en: 3_500, fr: 1_500 }, 500)];

  it('are in order in about the same shares, with a few new ones', () => {
    expect(judgeWordSkew(parts, countsOf({ de: 250, en: 200, fr: 80, it: 30 }, 20)).verdict).toBe('in_order');
  });

  it('are found where the vocabulary is another one, and named', () => {
    expect(judgeWordSkew(parts, countsOf({ DE: 300, EN: 150, fr: 100 }))).toMatchObject({
      ...{ verdict: 'skew', test: 'new_words' },
      reason: '81.8 % of the words in serving were never seen in training: DE, EN',
    });
  });

  it('are found where they are always the same, missing, or in shares that are quite other', () => {
    expect(judgeWordSkew(parts, countsOf({ fr: 600 }))).toMatchObject({ verdict: 'skew', test: 'distribution' });
    expect(judgeWordSkew(parts, countsOf({}, 600))).toMatchObject({ verdict: 'skew', test: 'missing' });
  });

  it('are not new where training saw too many to keep each by name', () => {
    const many = new CategoryCounts();
    for (let at = 0; at < 3_000; at++) many.add(`word ${at}`, 2);
    const served = countsOf(Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`word ${5 * at}`, 1])));
    expect(judgeWordSkew([many], served).verdict).toBe('in_order');
  });
});
