import { fitLogisticCalibration, sigmoid } from '../calibration/logistic-calibration';
import type { BlendExamples } from './blend-examples';

/** A blend: the log-odds of an item are `intercept` plus the sum of `factors[p]` times the score of part p on the blend's scale. */
export interface Blend {
  /** [parts], none negative. */
  readonly factors: readonly number[];
  readonly intercept: number;
}

/** nDCG@k of held-out items within their groups (one relevant item each, so 1 / log2(rank + 1)); equal scores count against them. */
export function groupNdcg(examples: BlendExamples, { factors }: Blend, k = Number.POSITIVE_INFINITY): number {
  const { groupSize, labels } = examples;
  const scores = weightedSums(examples, factors);
  let total = 0;
  for (let first = 0; first < labels.length; first += groupSize) {
    let rank = 1;
    for (let at = first + 1; at < first + groupSize; at++) if (scores[at]! >= scores[first]!) rank++;
    if (rank <= k) total += 1 / Math.log2(rank + 1);
  }
  return (total * groupSize) / labels.length;
}

/** [examples]: the parts' scores times their factors, added up. */
function weightedSums({ features, labels }: BlendExamples, factors: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(labels.length);
  for (const [part, column] of features.entries()) {
    const factor = factors[part]!;
    if (factor !== 0) for (let e = 0; e < sums.length; e++) sums[e]! += factor * column[e]!;
  }
  return sums;
}

/** One part alone, calibrated (Platt 1999). A part that ranks worse than chance says nothing instead of the opposite. */
export function soloBlend(examples: BlendExamples, part: number): Blend {
  const { labels, weights, features } = examples;
  const { slope, intercept } = fitLogisticCalibration({ scores: features[part]!, labels, weights });
  return { factors: features.map((_, other) => (other === part ? Math.max(0, slope) : 0)), intercept };
}

/** The given shares of the calibrated log-odds of the parts: a logarithmic opinion pool (Genest and Zidek 1986). */
export function fixedBlend(examples: BlendExamples, shares: readonly number[]): Blend {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const solos = shares.map((_, part) => soloBlend(examples, part));
  return {
    factors: solos.map(({ factors }, part) => (factors[part]! * shares[part]!) / total),
    intercept: solos.reduce((sum, { intercept }, part) => sum + (intercept * shares[part]!) / total, 0),
  };
}

/**
 * Weights by logistic regression on the scores of all parts together. A part whose weight would be negative is left out and the
 * rest learned again. Where the best part alone, or the given shares, make what was held out more likely, those stand. Held-out and
 * drawn items count alike here: weighted for all items that were not drawn, the many that nobody would choose decide the weights.
 */
export function learnedBlend(examples: BlendExamples, shares: readonly number[]): Blend {
  const equal = withEqualWeights(examples);
  const candidates = [regression(equal), fixedBlend(equal, shares), ...shares.map((_, part) => soloBlend(equal, part))];
  const losses = candidates.map((blend) => heldOutLoss(examples, blend));
  return recalibrate(examples, candidates[losses.indexOf(Math.min(...losses))]!);
}

/** Influences that a part is tried with beside the others. */
const TRIED = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.25, 1.5, 2];
const ROUNDS = 3;
/** People look at the beginning of a list. */
const RANKED_AT = 10;

/**
 * Weights that rank held-out items best among the drawn ones (nDCG@10), one part after the other: each is tried with several
 * influences beside the best part, until none changes (coordinate ascent; Metzler and Croft, Linear feature-based models for
 * information retrieval, 2007). Where one part ranks best alone, it stands alone.
 */
export function rankedBlend(examples: BlendExamples, shares: readonly number[]): Blend {
  const solos = shares.map((_, part) => soloBlend(examples, part));
  const quality = solos.map((solo) => groupNdcg(examples, solo, RANKED_AT));
  const first = quality.indexOf(Math.max(...quality));
  // an influence of 1 is what the part has by itself
  const units = solos.map(({ factors }, part) => factors[part]!);
  let best: { readonly factors: readonly number[]; readonly ndcg: number } = {
    factors: solos[first]!.factors,
    ndcg: quality[first]!,
  };
  for (let round = 0; round < ROUNDS; round++) {
    const before = best.ndcg;
    for (let part = 0; part < shares.length; part++) {
      if (part === first) continue;
      for (const influence of TRIED) {
        const factors = best.factors.map((factor, other) => (other === part ? influence * units[part]! : factor));
        const ndcg = groupNdcg(examples, { factors, intercept: 0 }, RANKED_AT);
        if (ndcg > best.ndcg) best = { factors, ndcg };
      }
    }
    if (best.ndcg === before) break;
  }
  return recalibrate(examples, { factors: best.factors, intercept: 0 });
}

/** Mean cross-entropy of held-out and drawn items, counted alike, under the blend's order and the best scale for it. */
export function heldOutLoss(examples: BlendExamples, blend: Blend): number {
  const equal = withEqualWeights(examples);
  const { factors, intercept } = recalibrate(equal, blend);
  const scores = weightedSums(equal, factors);
  let loss = 0;
  for (const [e, label] of equal.labels.entries()) {
    loss += crossEntropy(label, scores[e]! + intercept);
  }
  return loss / equal.labels.length;
}

function withEqualWeights(examples: BlendExamples): BlendExamples {
  return { ...examples, weights: new Float32Array(examples.labels.length).fill(1) };
}

/** The same order on the scale of log-odds among all items. */
function recalibrate(examples: BlendExamples, { factors }: Blend): Blend {
  const { labels, weights } = examples;
  const { slope, intercept } = fitLogisticCalibration({ scores: weightedSums(examples, factors), labels, weights });
  return { factors: factors.map((factor) => factor * Math.max(0, slope)), intercept };
}

const MAX_STEPS = 50;
// pulls weights to zero as if by a few examples: with much data nothing, with little much
const RIDGE = 1;

function regression(examples: BlendExamples): Blend {
  const parts = examples.features.length;
  let used = Array.from({ length: parts }, (_, part) => part);
  for (;;) {
    const solution = newton(examples, used);
    const worst = used.reduce((least, _, at) => (solution[at]! < solution[least]! ? at : least), 0);
    if (used.length === 1 || solution[worst]! >= 0) {
      const factors = new Array<number>(parts).fill(0);
      for (const [at, part] of used.entries()) factors[part] = Math.max(0, solution[at]!);
      return { factors, intercept: solution[used.length]! };
    }
    used = used.filter((_, at) => at !== worst);
  }
}

/** Maximizes the weighted likelihood less a ridge; the last number is the intercept, which is free. */
function newton(examples: BlendExamples, used: readonly number[]): Float64Array {
  const size = used.length + 1;
  const solution = new Float64Array(size);
  const positives = examples.labels.reduce((sum, label) => sum + label, 0);
  const total = examples.weights.reduce((sum, weight) => sum + weight, 0);
  solution[size - 1] = Math.log((positives + 1) / (total - positives + 1));
  for (let step = 0; step < MAX_STEPS; step++) {
    const system = normalEquations(examples, used, solution);
    for (let a = 0; a < size - 1; a++) {
      system[a]![a]! += RIDGE;
      system[a]![size]! -= RIDGE * solution[a]!;
    }
    const change = eliminate(system);
    const share = shareThatHelps(examples, used, solution, change);
    for (let a = 0; a < size; a++) solution[a]! += share * change[a]!;
    if (share === 0 || change.every((delta) => Math.abs(delta) < 1e-8)) break;
  }
  return solution;
}

/** How much of a Newton step makes the penalized likelihood larger: far from the solution a whole one may overshoot without end. */
function shareThatHelps(
  examples: BlendExamples,
  used: readonly number[],
  solution: Float64Array,
  change: Float64Array,
): number {
  const before = penalizedLoss(examples, used, solution);
  for (let share = 1; share > 1e-6; share /= 2) {
    const there = solution.map((value, a) => value + share * change[a]!);
    if (penalizedLoss(examples, used, there) <= before) return share;
  }
  return 0;
}

/** The weighted cross-entropy with the ridge: what the regression makes small. */
function penalizedLoss(
  { features, labels, weights }: BlendExamples,
  used: readonly number[],
  solution: Float64Array,
): number {
  const columns = used.map((part) => features[part]!);
  let loss = 0;
  for (let at = 0; at < columns.length; at++) loss += (RIDGE / 2) * solution[at]! ** 2;
  for (let e = 0; e < labels.length; e++) {
    let logOdds = solution[columns.length]!;
    for (let at = 0; at < columns.length; at++) logOdds += columns[at]![e]! * solution[at]!;
    loss += weights[e]! * crossEntropy(labels[e]!, logOdds);
  }
  return loss;
}

/** -ln of the probability of a label under log-odds, without overflow. */
function crossEntropy(label: number, logOdds: number): number {
  return Math.max(0, label === 1 ? -logOdds : logOdds) + Math.log1p(Math.exp(-Math.abs(logOdds)));
}

/** Second derivatives of the log-likelihood, negated, and the first in the last column: [size x (size + 1)]. */
function normalEquations(
  { features, labels, weights }: BlendExamples,
  used: readonly number[],
  solution: Float64Array,
): Float64Array[] {
  const size = used.length + 1;
  const columns = used.map((part) => features[part]!);
  const system = Array.from({ length: size }, () => new Float64Array(size + 1));
  const x = new Float64Array(size).fill(1);
  for (let e = 0; e < labels.length; e++) {
    let logOdds = solution[size - 1]!;
    for (let at = 0; at < size - 1; at++) {
      x[at] = columns[at]![e]!;
      logOdds += x[at]! * solution[at]!;
    }
    const p = sigmoid(logOdds);
    const [residual, bend] = [weights[e]! * (labels[e]! - p), weights[e]! * p * (1 - p)];
    for (let a = 0; a < size; a++) {
      const row = system[a]!;
      row[size]! += residual * x[a]!;
      for (let b = 0; b < size; b++) row[b]! += bend * x[a]! * x[b]!;
    }
  }
  return system;
}

/** Solves a symmetric positive definite system with its right side in the last column, by elimination. */
function eliminate(system: Float64Array[]): Float64Array {
  const size = system.length;
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const share = system[j]![i]! / system[i]![i]!;
      for (let k = i; k <= size; k++) system[j]![k]! -= share * system[i]![k]!;
    }
  }
  const x = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let rest = system[i]![size]!;
    for (let k = i + 1; k < size; k++) rest -= system[i]![k]! * x[k]!;
    x[i] = rest / system[i]![i]!;
  }
  return x;
}
