import type { ArmState } from './arm-state';
import { type PolicyRules, priorOf } from './policy-rules';
import { RidgeInverse } from './ridge-inverse';

/** What a linear kind believes of one arm: reward = x' theta, with the uncertainty inverse(A) in units of the noise. */
export interface LinearBelief {
  readonly inverse: RidgeInverse;
  /** [d]. */
  readonly theta: Float64Array;
}

interface Kept extends LinearBelief {
  readonly rules: PolicyRules;
  readonly factor: number;
}

// states are values, so what follows from one can be kept as long as it lives
const KEPT = new WeakMap<ArmState, Kept>();

/**
 * Ridge regression of one arm: A = ridge I + the weighted Gram matrix, theta = A^-1 b (Li et al. 2010, Alg. 1, disjoint arms). A prior
 * adds `weight` observations of the bias term alone, and its mean is where the bias is shrunk to. factor: see `evidenceFactor`.
 */
export function linearBelief(rules: PolicyRules, state: ArmState, factor: number): LinearBelief {
  const kept = KEPT.get(state);
  if (kept?.rules === rules && kept.factor === factor) return kept;
  const inverse = new RidgeInverse(precisionOf(rules, state, factor));
  const belief = { rules, factor, inverse, theta: thetaOf(rules, state, factor, inverse) };
  KEPT.set(state, belief);
  return belief;
}

/**
 * The belief of a state that has one observation more, from that of the state before: Sherman and Morrison's update in place instead of a
 * new inverse. The state before loses what was kept of it.
 */
export function advanceBelief(
  rules: PolicyRules,
  { before, after }: { readonly before: ArmState; readonly after: ArmState },
  observed?: { readonly context: ArrayLike<number>; readonly weight: number },
): void {
  const kept = KEPT.get(before);
  // with a half-life the old evidence is another one by now
  if (kept === undefined || kept.rules !== rules || rules.settings.halfLifeHours !== undefined) return;
  KEPT.delete(before);
  if (observed !== undefined) kept.inverse.update(withBias(observed.context), observed.weight);
  KEPT.set(after, { ...kept, theta: thetaOf(rules, after, kept.factor, kept.inverse) });
}

/** The belief of a state that differs from another in its counts alone. */
export function keepBelief(before: ArmState, after: ArmState): void {
  const kept = KEPT.get(before);
  if (kept === undefined) return;
  KEPT.delete(before);
  KEPT.set(after, kept);
}

/** [d]: the context behind a bias term of 1. */
export function withBias(context: ArrayLike<number>): Float64Array {
  const x = new Float64Array(context.length + 1);
  x[0] = 1;
  x.set(context, 1);
  return x;
}

/** [d, d]: the Gram matrix as of now, with ridge and prior. */
function precisionOf(rules: PolicyRules, { arm, gram, moment }: ArmState, factor: number): Float64Array {
  const d = moment.length;
  const matrix = new Float64Array(d * d);
  for (let row = 0, at = 0; row < d; row++) {
    for (let column = row; column < d; column++, at++) {
      matrix[row * d + column] = matrix[column * d + row] = gram[at]! * factor;
    }
    matrix[row * d + row]! += rules.settings.ridge;
  }
  matrix[0]! += priorOf(rules, arm).weight;
  return matrix;
}

function thetaOf(
  rules: PolicyRules,
  { arm, moment }: ArmState,
  factor: number,
  { inverse }: RidgeInverse,
): Float64Array {
  const prior = priorOf(rules, arm);
  const d = moment.length;
  const pull = (rules.settings.ridge + prior.weight) * prior.mean;
  return Float64Array.from({ length: d }, (_, row) => {
    let sum = inverse[row * d]! * pull;
    for (let column = 0; column < d; column++) sum += inverse[row * d + column]! * moment[column]! * factor;
    return sum;
  });
}
