import { CategoryCounts, DistributionSketch, judgeNumericSkew } from '@attune/drift';
import { SPLIT } from '@attune/recommenders';
import { type ProfilePart, profileFeatures } from './profile-features';

const { NaN: none } = Number;

/** Eight examples: the first five were learned from, four were engaged with. */
const EXAMPLES = {
  examples: {
    rowCount: 8,
    features: [
      { name: 'item_views', values: Float32Array.of(3, 0, none, 0, 7, 100, none, none) },
      { name: 'item_age', values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    ],
    split: Uint8Array.of(0, 0, 0, 0, 0, SPLIT.validation, SPLIT.test, SPLIT.test),
  },
  engaged: Uint8Array.of(1, 0, 0, 1, 0, 1, 0, 1),
  words: [{ name: 'item_category', words: ['news', 'food'], places: Int32Array.of(0, 0, 1, -1, 0, 1, 1, 1) }],
};

function numbersOf(profile: readonly ProfilePart[], feature: string) {
  const own = profile.filter((one) => one.feature === feature);
  return Object.fromEntries(
    own.map(({ part, bytes }) => {
      const { count, totalCount, mean, min, max } = DistributionSketch.decode(bytes);
      return [part, { count, missing: totalCount - count, ...(count > 0 && { mean, min, max }) }];
    }),
  );
}

describe('the profile of a training set', () => {
  it('counts each feature by part as one does by hand, missing values too', () => {
    expect(numbersOf(profileFeatures(EXAMPLES), 'item_views')).toEqual({
      older: { count: 2, missing: 1, mean: 3.5, min: 0, max: 7 },
      'older engaged': { count: 2, missing: 0, mean: 1.5, min: 0, max: 3 },
      newest: { count: 0, missing: 1 },
      'newest engaged': { count: 1, missing: 1, mean: 100, min: 100, max: 100 },
    });
  });

  it('counts words', () => {
    const counted = profileFeatures(EXAMPLES)
      .filter(({ kind }) => kind === 'words')
      .map(({ feature, part, bytes }) => {
        const { counts, nullCount } = CategoryCounts.decode(bytes);
        return [feature, part, Object.fromEntries(counts), nullCount];
      });
    expect(counted).toEqual([
      ['item_category', 'older', { news: 2, food: 1 }, 0],
      ['item_category', 'older engaged', { news: 1 }, 1],
      ['item_category', 'newest', { food: 1 }, 0],
      ['item_category', 'newest engaged', { food: 2 }, 0],
    ]);
  });

  it('has no part without examples', () => {
    const engaged = new Uint8Array(8);
    expect(Object.keys(numbersOf(profileFeatures({ ...EXAMPLES, engaged }), 'item_age'))).toEqual(['older', 'newest']);
  });

  it('takes of many examples 100,000 of each part at most, from its beginning to its end', () => {
    const rowCount = 250_000;
    const values = Float32Array.from({ length: rowCount }, (_, row) => row);
    const split = new Uint8Array(rowCount);
    const many = { rowCount, features: [{ name: 'row', values }], split };
    const profile = profileFeatures({ examples: many, engaged: new Uint8Array(rowCount), words: [] });
    expect(numbersOf(profile, 'row').older).toMatchObject({ count: 83_334, min: 0, max: 249_999 });
    const all = new DistributionSketch();
    for (const value of values) all.add(value);
    const { value } = judgeNumericSkew([DistributionSketch.decode(profile[0]!.bytes)], all);
    expect(value).toBeLessThan(0.001);
  });

  it('stays small enough for one message, however many features there are', () => {
    const features = Array.from({ length: 400 }, (_, at) => ({ name: `feature ${at}`, values: new Float32Array(8) }));
    const profile = profileFeatures({ ...EXAMPLES, examples: { ...EXAMPLES.examples, features } });
    expect(new Set(profile.map(({ feature }) => feature)).size).toBe(250);
  });
});
