import { type DecidedItem, isRanked } from '../decision';
import type { ExplainedPrediction } from './explanation';

/** A model that does not answer any more what it answered then explains something else than what was served. */
const DISAGREES = 0.5;
/** Where nothing scored the item, its sources alone speak for it. */
const SOURCES_ALONE = 0.5;

/**
 * How sure it is why an item was shown, from 0 to 1: of a prediction the share of features that had a value, times 1 less two standard
 * errors over the largest contribution, halved where model and record disagree; without a prediction the weight of the parts that
 * knew the item.
 */
export function confidenceInShown(item: DecidedItem, prediction: ExplainedPrediction | undefined): number {
  if (prediction !== undefined) {
    return prediction.coverage * precisionOf(prediction) * (prediction.agrees === false ? DISAGREES : 1);
  }
  // What an operator put there, or chance, is there for that reason and no other.
  if (!isRanked(item.placedBy)) return 1;
  if (item.partScores.length === 0) return item.sourceScores.length > 0 ? SOURCES_ALONE : 0;
  const known = item.partScores.reduce((sum, { raw, weight }) => sum + (raw === undefined ? 0 : weight), 0);
  return Math.min(1, known);
}

function precisionOf({ contributions, standardError }: ExplainedPrediction): number {
  const largest = Math.max(0, ...contributions.map(({ contribution }) => Math.abs(contribution)));
  if (standardError === 0) return 1;
  return largest === 0 ? 0 : Math.max(0, 1 - (2 * standardError) / largest);
}
