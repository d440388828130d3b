/** What is said of one feature. */
export type SkewVerdict = 'skew' | 'in_order' | 'insufficient_data';

/** What can be other in serving than in training. */
export type SkewTest = 'missing' | 'single_value' | 'unit' | 'distribution' | 'new_words';

/** Whether a feature is in serving what it was in training. */
export interface SkewJudgement {
  readonly verdict: SkewVerdict;
  /** The test that speaks for skew; of what is in order, that of the distribution. */
  readonly test: SkewTest;
  /** On the scale of the test. */
  readonly value: number;
  readonly bound: number;
  /** In a sentence, with the figures of both sides. */
  readonly reason: string;
}

/** From which differences on a feature counts as made in another way. */
export interface SkewBounds {
  /** Fewer values than these, on either side, are too few to judge. */
  readonly leastCount: number;
  /** The difference of the shares of missing values. */
  readonly missing: number;
  /** All values but this share are one and the same, or missing; it may not be what `known` of the training set are. */
  readonly others: number;
  readonly known: number;
  /** How many times the values of training the values of serving are, or the other way round. */
  readonly factor: number;
  /** How far apart the sizes of values that are not zero must be for that (Kolmogorov-Smirnov). */
  readonly sizes: number;
  /** The largest difference of cumulative shares (Kolmogorov-Smirnov); of words, half the sum of differences of shares. */
  readonly gap: number;
  /** The population stability index: at 5 some seven of ten deciles of training are empty. */
  readonly psi: number;
  /** The share of words that training never saw. */
  readonly newWords: number;
}

/**
 * What counts: differences that another hour of the day, other users or a better choice of items hardly make, and that a broken feature
 * does. At the least count chance makes none of them.
 */
export const SKEW_BOUNDS: SkewBounds = {
  ...{
    leastCount: 500,
    missing: 0.3,
    others: 0.001,
    known: 0.9,
    factor: 10,
    gap: 0.7,
    psi: 5,
    sizes: 0.5,
    newWords: 0.2,
  },
};

/** Nothing can be said. */
export function tooFew(bounds: SkewBounds, trained: number, served: number): SkewJudgement {
  return {
    ...{ verdict: 'insufficient_data', test: 'distribution', value: 0, bound: bounds.gap },
    reason: `${trained} values in training and ${served} in serving are too few: it takes ${bounds.leastCount} of each`,
  };
}

/** Values that may be missing, as the judges of numbers and of words share it. */
export interface Nulls {
  readonly nullCount: number;
  readonly totalCount: number;
}

/** Whether values are missing more, or less, often than in any union of the parts of the training set. */
export function judgeMissing(unions: readonly Nulls[], served: Nulls, bounds: SkewBounds): SkewJudgement | undefined {
  const rates = unions.map(rateOf);
  const [low, high, now] = [Math.min(...rates), Math.max(...rates), rateOf(served)];
  const nearest = Math.min(Math.max(now, low), high);
  const isGone = now >= 1 - bounds.others && high <= bounds.known;
  if (Math.abs(now - nearest) < bounds.missing && !isGone) return undefined;
  return {
    ...{ verdict: 'skew', test: 'missing', value: Math.abs(now - nearest), bound: bounds.missing },
    reason: `${percent(now)} of the values are missing in serving, and ${percent(nearest)} were in training`,
  };
}

/** Every union of parts, by what makes one of several: a sample that was drawn in other proportions lies near one of them. */
export function unionsOf<Values>(
  parts: readonly Values[],
  merged: (some: readonly Values[]) => Values,
): readonly Values[] {
  return Array.from({ length: 2 ** parts.length - 1 }, (_, at) =>
    merged(parts.filter((_part, place) => ((at + 1) >> place) & 1)),
  );
}

/** A share in percent, with as many digits as tell. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function rateOf({ nullCount, totalCount }: Nulls): number {
  return totalCount === 0 ? 0 : nullCount / totalCount;
}
