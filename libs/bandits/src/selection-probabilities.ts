import { armPreferences } from './arm-preferences';
import { checkContext } from './check-observation';
import { eligibleArms, type PolicyArm, type SelectionRequest } from './policy-arms';

/**
 * [arms]: the probability with which each arm is chosen; 0 for those that are retired or not eligible. They add up to 1.
 * Every eligible arm has the floor; what is left over goes to the arms that are not restrained as the kind prefers them:
 * p = floor + (1 - floor * eligible arms) * preference. A restrained arm has its floor and no more; where all are restrained, all have
 * the same. Throws `invalid.context`, `invalid.eligible_arms`, `failed_precondition.no_arm`.
 */
export function selectionProbabilities(request: SelectionRequest): Float64Array {
  const { rules, arms, context, atMs } = request;
  checkContext(rules, context);
  const eligible = eligibleArms(request);
  const free = eligible.filter((index) => arms[index]!.status === 'active');
  const probabilities = new Float64Array(arms.length);
  if (free.length === 0) {
    for (const index of eligible) probabilities[index] = 1 / eligible.length;
    return probabilities;
  }
  const floor = soundFloor(rules.explorationFloor, eligible.length);
  const states = free.map((index) => (arms[index] as PolicyArm).state);
  const preferences = armPreferences({ rules, states, context, atMs });
  for (const index of eligible) probabilities[index] = floor;
  const rest = Math.max(0, 1 - floor * eligible.length);
  for (const [at, index] of free.entries()) probabilities[index]! += rest * preferences[at]!;
  return probabilities;
}

/** An arm that was added may leave less than the floor for each. */
function soundFloor(floor: number, armCount: number): number {
  return Math.min(floor, 1 / armCount);
}
