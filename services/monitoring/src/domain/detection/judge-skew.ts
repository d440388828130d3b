import {
  type CategoryCounts,
  type DistributionSketch,
  judgeNumericSkew,
  judgeWordSkew,
  type SkewJudgement,
} from '@attune/drift';

/** With more features that are other than in training, which were swapped with which would be guesswork. */
const MOST_SWAPPED = 6;

/** A feature as a version learned from it, by parts of its training set. */
export type TrainedFeature =
  | { readonly name: string; readonly kind: 'numbers'; readonly parts: readonly DistributionSketch[] }
  | { readonly name: string; readonly kind: 'words'; readonly parts: readonly CategoryCounts[] };

/** What serving asked a version with, by feature. */
export interface ServedFeatures {
  readonly numbers: ReadonlyMap<string, DistributionSketch>;
  readonly words: ReadonlyMap<string, CategoryCounts>;
}

/** What is said of one feature. */
export interface FeatureSkew {
  readonly name: string;
  readonly judgement: SkewJudgement;
  /** The feature whose values it seems to have, which has its own. */
  readonly swappedWith?: string;
}

/** Judges one feature; undefined where serving does not record it. */
export function judgeSkew(trained: TrainedFeature, served: ServedFeatures): FeatureSkew | undefined {
  const { name } = trained;
  if (trained.kind === 'numbers') {
    const values = served.numbers.get(name);
    return values && { name, judgement: judgeNumericSkew(trained.parts, values) };
  }
  const values = served.words.get(name);
  return values && { name, judgement: judgeWordSkew(trained.parts, values) };
}

/** Says of features that are other than in training which have each other's values. */
export function withSwaps(
  skews: readonly FeatureSkew[],
  trained: readonly TrainedFeature[],
  { numbers }: ServedFeatures,
): readonly FeatureSkew[] {
  const partsOf = new Map(trained.map((one) => [one.name, one.kind === 'numbers' ? one.parts : []]));
  const skewed = skews.filter(({ name, judgement }) => judgement.verdict === 'skew' && numbers.has(name));
  if (skewed.length > MOST_SWAPPED) return skews;
  const isLike = (name: string, other: string) =>
    judgeNumericSkew(partsOf.get(other)!, numbers.get(name)!).verdict === 'in_order';
  return skews.map((skew) => {
    if (!skewed.includes(skew)) return skew;
    const others = skewed.filter((one) => one !== skew && isLike(skew.name, one.name) && isLike(one.name, skew.name));
    return others.length === 1 ? { ...skew, swappedWith: others[0]!.name } : skew;
  });
}
