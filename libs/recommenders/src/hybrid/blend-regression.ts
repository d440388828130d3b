import { crossEntropy } from '../calibration/cross-entropy';
import { sigmoid } from '../calibration/logistic-calibration';
import type { Blend } from './blend';
import type { BlendExamples } from './blend-examples';

const MAX_STEPS = 50;
// pulls weights to zero as if by a few examples: with much data nothing, with little much
const RIDGE = 1;

/**
 * Logistic regression of what was held out on the scores of all parts. A part whose weight would be negative is left out, and the rest
 * learned again. Newton's method on the penalized likelihood.
 */
export function blendRegression(examples: BlendExamples): Blend {
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
