/** The mean and the standard deviation that scores are measured by. */
export interface ScoreSpread {
  readonly mean: number;
  readonly deviation: number;
}

/** What stands in for the score of an item that a model does not know: the 10th percentile of a normal distribution. */
const UNKNOWN_Z = -1.2816;

/**
 * Brings the scores of one model to the scale that all parts share: s = 1 / (1 + exp(-z)), z = (score - mean) / deviation. [n] to [n],
 * 0 to 1, and .5 for a typical item.
 */
export function calibratePart(raw: ArrayLike<number>, spread?: ScoreSpread): Float64Array {
  const { mean, deviation } = spread !== undefined && spread.deviation > 0 ? spread : spreadOf(raw);
  const calibrated = new Float64Array(raw.length);
  for (let at = 0; at < calibrated.length; at++) {
    const score = raw[at]!;
    const z = Number.isFinite(score) ? (deviation > 0 ? (score - mean) / deviation : 0) : UNKNOWN_Z;
    calibrated[at] = 1 / (1 + Math.exp(-z));
  }
  return calibrated;
}

/** The mean and the standard deviation of the scores that are numbers. */
export function spreadOf(scores: ArrayLike<number>): ScoreSpread {
  let [count, sum] = [0, 0];
  for (let at = 0; at < scores.length; at++) {
    if (!Number.isFinite(scores[at]!)) continue;
    count++;
    sum += scores[at]!;
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (let at = 0; at < scores.length; at++) {
    if (Number.isFinite(scores[at]!)) squares += (scores[at]! - mean) ** 2;
  }
  return { mean, deviation: count === 0 ? 0 : Math.sqrt(squares / count) };
}
