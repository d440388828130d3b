import { standardizeRow } from '../standardize-row';
import { logRanks } from './rank-scale';

/** On which scale the scores of parts are compared. */
export type PartScale = 'log_ranks' | 'standardized';

/** Brings one user's scores of all items to a scale that all parts share: [itemCount] into `target`. */
export type RescaleRow = (scores: Float32Array, target: Float32Array) => void;

/**
 * `log_ranks` knows the order alone and fits parts of any shape; `standardized` keeps how far scores are apart, which says more where
 * the parts score alike.
 */
export function rescalerOf(scale: PartScale, itemCount: number): RescaleRow {
  if (scale === 'standardized') return standardizeRow;
  const sorted = new Float32Array(itemCount);
  return (scores, target) => logRanks(scores, target, sorted);
}
