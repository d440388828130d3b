import type { SelectionRequest } from './policy-arms';
import { selectionProbabilities } from './selection-probabilities';

/** A choice with its chance. */
export interface SelectedArm {
  /** Among the arms of the request. */
  readonly armIndex: number;
  readonly arm: string;
  /** The probability with which this arm was chosen. */
  readonly propensity: number;
  /** [arms]: as in `selectionProbabilities`. */
  readonly probabilities: Float64Array;
}

/**
 * Draws an arm. The draw is made from the computed probabilities, so a propensity is true by construction: what error the quadrature has
 * changes by so much how often arms are explored, never what is on record about it. random: uniform in [0, 1).
 */
export function selectArm(request: SelectionRequest & { readonly random: () => number }): SelectedArm {
  const probabilities = selectionProbabilities(request);
  const armIndex = drawIndex(probabilities, request.random());
  return { armIndex, arm: request.arms[armIndex]!.state.arm, propensity: probabilities[armIndex]!, probabilities };
}

/** The index in whose part of [0, 1) `uniform` lies; never one of probability 0, even where rounding leaves a gap at the end. */
export function drawIndex(probabilities: Float64Array, uniform: number): number {
  let [last, sum] = [0, 0];
  for (const [index, probability] of probabilities.entries()) {
    if (probability <= 0) continue;
    last = index;
    sum += probability;
    if (uniform < sum) return index;
  }
  return last;
}
