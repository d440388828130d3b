import type { FieldViolation } from '@attune/errors';
import { type ArmPrior, isContextual, type PolicyRules } from './policy-rules';

/** The most arms of one policy: the quadrature behind the probabilities is tested up to here. */
export const MOST_ARMS = 50;
/** The most components of a context. */
export const MOST_CONTEXT_NAMES = 64;

/**
 * What is wrong with rules for these arms (the active ones count for the floor): a floor that does not fit, context names that the kind
 * does not use or lacks, priors that cannot be. Empty where nothing is.
 */
export function checkPolicyRules(rules: PolicyRules, activeArmNames: readonly string[]): FieldViolation[] {
  return [
    ...checkArms(activeArmNames),
    ...checkFloor(rules, activeArmNames.length),
    ...checkContextNames(rules),
    ...Object.entries(rules.priors).flatMap(([arm, prior]) => checkPrior(rules, arm, prior)),
  ];
}

function checkArms(names: readonly string[]): FieldViolation[] {
  const field = 'arms';
  if (names.length === 0) return [{ field, description: 'must have at least one that is active' }];
  if (names.length > MOST_ARMS) return [{ field, description: `must be at most ${MOST_ARMS} active ones` }];
  return new Set(names).size < names.length ? [{ field, description: 'must have different names' }] : [];
}

function checkFloor({ kind, explorationFloor: floor, settings }: PolicyRules, armCount: number): FieldViolation[] {
  const field = 'explorationFloor';
  if (!(floor >= 0 && floor <= 1)) return [{ field, description: 'must be a number from 0 to 1' }];
  if (floor * armCount > 1 + 1e-9) {
    return [{ field, description: `times ${armCount} active arms must be at most 1; it is ${floor * armCount}` }];
  }
  // without it some choices have the probability 0 and the log can never answer for them
  const isDeterministic = kind === 'linucb' || (kind === 'epsilon_greedy' && settings.epsilon === 0);
  if (isDeterministic && floor === 0 && armCount > 1) {
    return [{ field, description: `must be above 0 for ${kind}, which else leaves nothing to chance` }];
  }
  return [];
}

function checkContextNames({ kind, contextNames }: PolicyRules): FieldViolation[] {
  const field = 'contextNames';
  if (!isContextual(kind)) {
    return contextNames.length > 0 ? [{ field, description: `must be empty: ${kind} looks at no context` }] : [];
  }
  const violations: FieldViolation[] = [];
  if (contextNames.length === 0) violations.push({ field, description: `must not be empty for ${kind}` });
  if (contextNames.length > MOST_CONTEXT_NAMES) {
    violations.push({ field, description: `must be at most ${MOST_CONTEXT_NAMES}` });
  }
  if (new Set(contextNames).size < contextNames.length) violations.push({ field, description: 'must differ' });
  return violations;
}

function checkPrior({ kind }: PolicyRules, arm: string, { mean, weight }: ArmPrior): FieldViolation[] {
  const violations: FieldViolation[] = [];
  const isBeta = kind === 'thompson_beta';
  const meanIsSound = isBeta ? mean > 0 && mean < 1 : Math.abs(mean) <= 1e12;
  if (!meanIsSound) {
    const description = isBeta ? 'must be above 0 and below 1' : 'must be a finite number, at most 1e12 in size';
    violations.push({ field: `priors.${arm}.mean`, description });
  }
  // linear kinds have their ridge where they have no prior
  const least = isContextual(kind) ? 0 : 1e-3;
  if (!(weight >= least && weight <= 1e9)) {
    violations.push({ field: `priors.${arm}.weight`, description: `must be a number from ${least} to 1e9` });
  }
  return violations;
}
