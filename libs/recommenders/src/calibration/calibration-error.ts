import { checkLabelledScores, type LabelledScores } from './labelled-scores';

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Sum of the weights in it. */
  readonly weight: number;
  readonly meanProbability: number;
  /** The share of positives, by weight. */
  readonly positiveRate: number;
}

/** How a calibration is judged. */
export interface BinOptions {
  readonly bins?: number;
  /** `width`: bins of equal width over 0..1; `mass`: bins with equally many examples, where most probabilities are small. */
  readonly by?: 'width' | 'mass';
}

/** The bins of a reliability diagram that are not empty, by rising probability. `scores` are probabilities. */
export function reliability(data: LabelledScores, { bins = 15, by = 'width' }: BinOptions = {}): ReliabilityBin[] {
  checkLabelledScores(data);
  const { scores, labels, weights } = data;
  const count = scores.length;
  const order = Uint32Array.from({ length: count }, (_, e) => e).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const sums = Array.from({ length: bins }, () => ({ weight: 0, probability: 0, positives: 0 }));
  for (let rank = 0; rank < count; rank++) {
    const e = order[rank]!;
    const place = by === 'width' ? Math.floor(scores[e]! * bins) : Math.floor((rank * bins) / count);
    const bin = sums[Math.min(bins - 1, Math.max(0, place))]!;
    const weight = weights?.[e] ?? 1;
    bin.weight += weight;
    bin.probability += weight * scores[e]!;
    bin.positives += weight * labels[e]!;
  }
  return sums
    .filter(({ weight }) => weight > 0)
    .map(({ weight, probability, positives }) => ({
      weight,
      meanProbability: probability / weight,
      positiveRate: positives / weight,
    }));
}

/**
 * Expected calibration error: the mean distance between probability and frequency over bins, by weight. Naeini, Cooper and
 * Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (2015), equation 1; with bins of equal mass Nixon et
 * al., "Measuring calibration in deep learning" (2019). NaN without examples.
 */
export function expectedCalibrationError(data: LabelledScores, options?: BinOptions): number {
  const bins = reliability(data, options);
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  const error = bins.reduce(
    (sum, { weight, meanProbability, positiveRate }) => sum + weight * Math.abs(meanProbability - positiveRate),
    0,
  );
  return error / total;
}
