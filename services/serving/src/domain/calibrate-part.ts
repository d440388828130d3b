/** The mean and the standard deviation that scores are measured by. */
export interface ScoreSpread {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * With fewer scores their own spread says more of chance than of the model: the relative error of a deviation is about 1 / sqrt(2 n), a
 * quarter with ten.
 */
const ENOUGH = 10;
/**
 * What stands in for the score of an item that a model does not know: the 10th percentile of a normal distribution. Low, because the
 * items that a model knows among the candidates are mostly those that it found itself, and what nobody did anything with yet is mostly
 * not better than them. On films the mean in its place costs 2 % of nDCG, anything lower changes nothing (bench/ranking.bench.ts).
 */
const UNKNOWN_Z = -1.2816;

/**
 * Brings the scores of one model to the scale that all parts share: s = 1 / (1 + exp(-z)), z = (score - mean) / deviation, so that .5 is
 * a typical candidate and equal distances mean equally much, whatever the model's unit. [n] to [n], strictly between 0 and 1 but for
 * rounding; a higher score is never lower, and equal scores are equal.
 *
 * Mean and deviation are those of the candidates, not of all items: candidates are the best of a model, and where nearly all of
 * them lie far above the mean of everything the curve is flat and no longer tells them apart. Of a few candidates the model's `spread`
 * over all items is used instead, where it is known. Scores that are all equal are .5. What is not a finite number is not known.
 */
export function calibratePart(raw: ArrayLike<number>, spread?: ScoreSpread): Float64Array {
  const own = spreadOf(raw);
  const { mean, deviation } = own.count < ENOUGH && spread !== undefined && spread.deviation > 0 ? spread : own;
  const calibrated = new Float64Array(raw.length);
  for (let at = 0; at < calibrated.length; at++) {
    const score = raw[at]!;
    const z = Number.isFinite(score) ? (deviation > 0 ? (score - mean) / deviation : 0) : UNKNOWN_Z;
    calibrated[at] = 1 / (1 + Math.exp(-z));
  }
  return calibrated;
}

/** The mean and the standard deviation of the scores that are numbers, and how many these are. */
function spreadOf(scores: ArrayLike<number>): ScoreSpread & { readonly count: number } {
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
  return { count, mean, deviation: count === 0 ? 0 : Math.sqrt(squares / count) };
}
