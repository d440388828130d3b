/** The mean and the standard deviation of scores. */
export interface RowScale {
  readonly mean: number;
  readonly deviation: number;
}

/** The scale of one user's scores of all items; scores that are no numbers do not count. */
export function scaleOfRow(scores: Float32Array): RowScale {
  let [count, sum, squares] = [0, 0, 0];
  for (const score of scores) {
    if (!Number.isFinite(score)) continue;
    count++;
    sum += score;
    squares += score * score;
  }
  const mean = count === 0 ? 0 : sum / count;
  const deviation = count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean));
  // equal scores for all items say nothing, whatever they are divided by
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}

/** Writes one user's scores with mean 0 and standard deviation 1 into `target`; a score that is no number becomes 0. */
export function standardizeRow(scores: Float32Array, target: Float32Array): void {
  const { mean, deviation } = scaleOfRow(scores);
  for (let item = 0; item < scores.length; item++) {
    const score = (scores[item]! - mean) / deviation;
    target[item] = Number.isFinite(score) ? score : 0;
  }
}
