import { crossEntropy } from './cross-entropy';
import { checkLabelledScores, type LabelledScores } from './labelled-scores';

/** Probability = 1 / (1 + exp(-(slope * score + intercept))). */
export interface LogisticCalibration {
  readonly kind: 'logistic';
  readonly slope: number;
  readonly intercept: number;
}

const MAX_STEPS = 100;
const SMALLEST_STEP = 1e-10;
const RIDGE = 1e-12;

/** 1 / (1 + exp(-x)) without overflow for any finite x. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/**
 * Fits a logistic curve through scores by maximum likelihood: Platt, "Probabilistic outputs for support vector machines" (1999), by
 * Newton's method with backtracking as in Lin, Lin and Weng, "A note on Platt's probabilistic outputs" (2007), Algorithm 1. Targets
 * are (P + 1) / (P + 2) and 1 / (N + 2) for P positives and N negatives instead of 1 and 0, so that separable scores have a finite
 * answer. Good with few examples; monotone in the score.
 */
export function fitLogisticCalibration(data: LabelledScores): LogisticCalibration {
  checkLabelledScores(data);
  const { scores, labels, weights } = data;
  const count = scores.length;
  let [positives, negatives] = [0, 0];
  let [mean, square] = [0, 0];
  for (let e = 0; e < count; e++) {
    const weight = weights?.[e] ?? 1;
    if (labels[e] === 1) positives += weight;
    else negatives += weight;
    mean += weight * scores[e]!;
    square += weight * scores[e]! ** 2;
  }
  const total = positives + negatives;
  if (total === 0) return { kind: 'logistic', slope: 0, intercept: 0 };
  mean /= total;
  // on standardized scores Newton's steps are well conditioned whatever the scale of the scores
  const deviation = Math.sqrt(Math.max(square / total - mean * mean, 0)) || 1;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const standardized = Float64Array.from({ length: count }, (_, e) => (scores[e]! - mean) / deviation);
  const targets = Float64Array.from({ length: count }, (_, e) => (labels[e] === 1 ? high : low));
  const start = Math.log((positives + 1) / (negatives + 1));
  const [slope, intercept] = newton(standardized, targets, weights, start);
  return { kind: 'logistic', slope: slope / deviation, intercept: intercept - (slope * mean) / deviation };
}

/** Minimizes the weighted cross-entropy of slope * x + intercept against soft targets. */
function newton(
  x: Float64Array,
  targets: Float64Array,
  weights: ArrayLike<number> | undefined,
  start: number,
): readonly [number, number] {
  let [slope, intercept] = [0, start];
  const lossAt = (a: number, b: number): number => {
    let loss = 0;
    for (let e = 0; e < x.length; e++) {
      const z = a * x[e]! + b;
      loss += (weights?.[e] ?? 1) * crossEntropy(targets[e]!, z);
    }
    return loss;
  };
  let loss = lossAt(slope, intercept);
  for (let step = 0; step < MAX_STEPS; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, RIDGE, 0, RIDGE];
    for (let e = 0; e < x.length; e++) {
      const p = sigmoid(slope * x[e]! + intercept);
      const weight = weights?.[e] ?? 1;
      const residual = weight * (p - targets[e]!);
      const curvature = weight * p * (1 - p);
      ga += residual * x[e]!;
      gb += residual;
      haa += curvature * x[e]! * x[e]!;
      hab += curvature * x[e]!;
      hbb += curvature;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 0)) break;
    const da = (hab * gb - hbb * ga) / determinant;
    const db = (hab * ga - haa * gb) / determinant;
    const descent = ga * da + gb * db;
    let size = 1;
    let next = lossAt(slope + da, intercept + db);
    while (next > loss + 1e-4 * size * descent && size > SMALLEST_STEP) {
      size /= 2;
      next = lossAt(slope + size * da, intercept + size * db);
    }
    if (size <= SMALLEST_STEP) break;
    slope += size * da;
    intercept += size * db;
    const gained = loss - next;
    loss = next;
    if (gained <= 1e-12 * Math.abs(loss)) break;
  }
  return [slope, intercept];
}
