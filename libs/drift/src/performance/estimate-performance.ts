import { bucketValue } from '../sketch/bucket-key';
import type { DistributionSketch } from '../sketch/distribution-sketch';

const LEAST_PROBABILITY = 1e-7;

/** A number that outcomes will have, as far as it can be told before they come. */
export interface ExpectedMeasure {
  readonly value: number;
  /** By how much the outcomes of these very predictions will scatter around it. */
  readonly standardError: number;
}

/** What a model is worth if its probabilities are what they say. */
export interface EstimatedPerformance {
  readonly count: number;
  readonly rate: ExpectedMeasure;
  readonly accuracy: ExpectedMeasure;
  readonly logLoss: ExpectedMeasure;
  readonly brier: ExpectedMeasure;
  /** Null where it cannot be told: one prediction, or all the same. */
  readonly auc: ExpectedMeasure | null;
}

interface Bin {
  readonly probability: number;
  readonly count: number;
}

/**
 * Confidence-based performance estimation (NannyML's CBPE): every measure as its expectation over outcomes that are drawn with the predicted
 * probabilities, as exact as those are calibrated. It does not see concept drift: where probabilities no longer are what they say, nothing
 * in them tells. Takes a sketch of the probabilities; null without any.
 */
export function estimatePerformance(probabilities: DistributionSketch): EstimatedPerformance | null {
  const bins = binsOf(probabilities);
  const { count } = probabilities;
  if (count === 0) return null;
  const square = (value: number) => value * value;
  return {
    count,
    rate: expected(
      bins,
      (p) => p,
      (p) => p * (1 - p),
    ),
    // right with the larger of p and 1 - p
    accuracy: expected(
      bins,
      (p) => Math.max(p, 1 - p),
      (p) => p * (1 - p),
    ),
    logLoss: expected(bins, entropy, (p) => p * (1 - p) * square(Math.log(p / (1 - p)))),
    // (1 - p)^2 with the probability p, p^2 otherwise: they differ by 1 - 2 p
    brier: expected(
      bins,
      (p) => p * (1 - p),
      (p) => p * (1 - p) * square(1 - 2 * p),
    ),
    auc: expectedArea(bins),
  };
}

function binsOf(sketch: DistributionSketch): readonly Bin[] {
  const { level, keys, counts } = sketch.buckets();
  return Array.from(keys, (key, at) => {
    const value = Math.min(Math.max(bucketValue(key, level), sketch.min), sketch.max);
    return { probability: Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, value)), count: counts[at]! };
  });
}

function expected(bins: readonly Bin[], mean: (p: number) => number, variance: (p: number) => number): ExpectedMeasure {
  let [sum, squares, count] = [0, 0, 0];
  for (const bin of bins) {
    sum += bin.count * mean(bin.probability);
    squares += bin.count * variance(bin.probability);
    count += bin.count;
  }
  return { value: sum / count, standardError: Math.sqrt(squares) / count };
}

function entropy(p: number): number {
  return -p * Math.log(p) - (1 - p) * Math.log(1 - p);
}

/** Of a positive and a negative, both drawn with their probabilities; the error as Hanley and McNeil (1982) have it. */
function expectedArea(bins: readonly Bin[]): ExpectedMeasure | null {
  let [won, below, positives] = [0, 0, 0];
  for (const { probability, count } of bins) {
    const negatives = count * (1 - probability);
    won += count * probability * (below + negatives / 2);
    below += negatives;
    positives += count * probability;
  }
  const negatives = below;
  if (bins.length < 2 || positives < 1 || negatives < 1) return null;
  const area = won / (positives * negatives);
  const [q1, q2] = [area / (2 - area), (2 * area * area) / (1 + area)];
  const variance = area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area);
  return { value: area, standardError: Math.sqrt(variance / (positives * negatives)) };
}
