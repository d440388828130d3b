import { AppError } from '@attune/errors';

/** What a calibration learns from and is judged by: scores of any scale and what came of them. */
export interface LabelledScores {
  /** [n]: higher means more likely; finite. */
  readonly scores: ArrayLike<number>;
  /** [n]: 1 where it happened, 0 where not. */
  readonly labels: ArrayLike<number>;
  /** [n]: how much each counts, at least 0; 1 each where absent. */
  readonly weights?: ArrayLike<number>;
}

/** Throws `invalid.calibration` unless the columns agree, scores and weights are finite and labels are 0 or 1. */
export function checkLabelledScores({ scores, labels, weights }: LabelledScores): void {
  const fail = (problem: string): never => {
    throw new AppError('invalid.calibration', `scores cannot be calibrated: ${problem}`);
  };
  const count = scores.length;
  if (labels.length !== count) fail(`there are ${labels.length} labels for ${count} scores`);
  if (weights !== undefined && weights.length !== count)
    fail(`there are ${weights.length} weights for ${count} scores`);
  for (let e = 0; e < count; e++) {
    if (!Number.isFinite(scores[e])) fail(`score ${e} is ${scores[e]}`);
    if (labels[e] !== 0 && labels[e] !== 1) fail(`label ${e} is ${labels[e]} instead of 0 or 1`);
    if (weights !== undefined && !(weights[e]! >= 0 && weights[e]! < Number.POSITIVE_INFINITY)) {
      fail(`weight ${e} is ${weights[e]}`);
    }
  }
}
