import type { ModelVersion, SlateFeatures } from '../facts';
import type { LabelSetMaker } from './label-sets';
import { ENGAGEMENT_MODEL } from './measure-predictions';
import type { SeriesBuilder } from './series-builder';

/** Stands for a value that nobody read, which is neither there nor missing. */
export const NOT_READ = Number.POSITIVE_INFINITY;
/** Stands for the word of a feature that has none. */
const NO_WORD = 'none';

/** Adds the features that one slate was ranked by: each of an item once per item, each of the user once. */
export function measureFeatures(
  into: SeriesBuilder,
  { features, models }: { readonly features: SlateFeatures; readonly models: readonly ModelVersion[] },
  labels: LabelSetMaker,
): void {
  const fed = models.filter(({ name }) => name === ENGAGEMENT_MODEL);
  const addTo = (feature: string, values: Iterable<number>) => {
    const steps = labels
      .of({ feature, models: fed })('feature')
      .map((set) => into.at('feature', set));
    for (const value of values) {
      if (value !== NOT_READ) for (const step of steps) step.add(value);
    }
  };
  features.itemNames.forEach((name, column) => {
    addTo(name, columnOf(features.itemValues, column, features.itemNames.length));
  });
  features.userNames.forEach((name, column) => {
    addTo(name, [features.userValues[column]!]);
  });
  for (const [feature, word] of Object.entries(features.userWords)) {
    for (const set of labels.of({ feature, word: word ?? NO_WORD })('feature_words'))
      into.at('feature_words', set).add(1);
  }
}

function* columnOf(values: Float64Array, column: number, width: number): Iterable<number> {
  for (let at = column; at < values.length; at += width) yield values[at]!;
}
