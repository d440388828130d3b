import { bestProbabilities } from './best-probabilities';
import type { Density } from './densities';
import type { PolicyRules } from './policy-rules';

interface Kept {
  readonly parameters: readonly number[];
  readonly probabilities: Float64Array;
}

// as long as a policy's rules live, the probabilities of its latest beliefs
const KEPT = new WeakMap<PolicyRules, Kept>();

/** `bestProbabilities` of densities that follow from the parameters alone; once more the same while the parameters are. */
export function keptBestProbabilities(
  rules: PolicyRules,
  parameters: readonly number[],
  densities: () => readonly Density[],
): Float64Array {
  const kept = KEPT.get(rules);
  if (kept !== undefined && isEqual(kept.parameters, parameters)) return kept.probabilities;
  const probabilities = bestProbabilities(densities());
  KEPT.set(rules, { parameters, probabilities });
  return probabilities;
}

function isEqual(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((value, at) => value === others[at]);
}
