import type { ArmState } from './arm-state';
import { checkContext, checkReward } from './check-observation';
import { decayWeight, landmarkFor, moveLandmark } from './forward-decay';
import { advanceBelief, keepBelief } from './linear-belief';
import { isContextual, type PolicyRules } from './policy-rules';

/** How one choice turned out. Its evidence is as old as the decision, however late the reward came. */
export interface RewardObservation {
  readonly decidedAtMs: number;
  /** The context of the decision, without the bias term; kinds without a context ignore it. */
  readonly context?: ArrayLike<number>;
  readonly reward: number;
  /** True where no reward came within the window and 0 is assumed: it counts as an outcome, not as a reward. */
  readonly isAssumed?: boolean;
}

/** What was observed of a choice before, and what it is now. */
export interface RewardCorrection {
  /** The same as in the observation, so that the same weight is corrected. */
  readonly decidedAtMs: number;
  readonly context?: ArrayLike<number>;
  readonly fromReward: number;
  readonly toReward: number;
  /** True (the default) where the observation was an assumed no-reward. */
  readonly wasAssumed?: boolean;
}

/** The arm was chosen once more. */
export function observeSelection(state: ArmState): ArmState {
  const after = { ...state, selectionCount: state.selectionCount + 1 };
  if (state.moment.length > 0) keepBelief(state, after);
  return after;
}

/** One outcome more. Throws `invalid.reward` or `invalid.context`; the state given stays as it is. */
export function observeReward(rules: PolicyRules, state: ArmState, observation: RewardObservation): ArmState {
  const { decidedAtMs, context, reward, isAssumed = false } = observation;
  checkReward(rules.kind, reward);
  checkContext(rules, context);
  const { at, weight } = placed(rules, state, decidedAtMs);
  const after: ArmState = {
    ...at,
    outcomeCount: at.outcomeCount + 1,
    rewardCount: at.rewardCount + (isAssumed ? 0 : 1),
    weight: at.weight + weight,
    rewardSum: at.rewardSum + weight * reward,
    squareSum: at.squareSum + weight * reward * reward,
    gram: isContextual(rules.kind) ? withOuterProduct(at.gram, context!, weight) : at.gram,
    moment: isContextual(rules.kind) ? withContext(at.moment, context!, weight * reward) : at.moment,
  };
  if (isContextual(rules.kind)) advanceBelief(rules, { before: state, after }, { context: context!, weight });
  return after;
}

/** Another reward for an outcome that is counted already: a late one in place of the assumed nothing, or one more within the window. */
export function correctReward(rules: PolicyRules, state: ArmState, correction: RewardCorrection): ArmState {
  const { decidedAtMs, context, fromReward, toReward, wasAssumed = true } = correction;
  checkReward(rules.kind, fromReward);
  checkReward(rules.kind, toReward);
  checkContext(rules, context);
  const { at, weight } = placed(rules, state, decidedAtMs);
  const change = weight * (toReward - fromReward);
  const after: ArmState = {
    ...at,
    rewardCount: at.rewardCount + (wasAssumed ? 1 : 0),
    rewardSum: at.rewardSum + change,
    squareSum: at.squareSum + weight * (toReward * toReward - fromReward * fromReward),
    moment: isContextual(rules.kind) ? withContext(at.moment, context!, change) : at.moment,
  };
  if (isContextual(rules.kind)) advanceBelief(rules, { before: state, after });
  return after;
}

function placed(rules: PolicyRules, state: ArmState, decidedAtMs: number): { at: ArmState; weight: number } {
  const landmarkMs = landmarkFor(rules.settings, decidedAtMs, state.landmarkMs);
  const moved = moveLandmark(rules.settings, state, landmarkMs);
  const at = { ...moved, latestMs: Math.max(moved.latestMs, decidedAtMs) };
  return { at, weight: decayWeight(rules.settings, decidedAtMs, landmarkMs) };
}

/** gram + weight x x', where x is the context behind a bias term of 1. */
function withOuterProduct(gram: Float64Array, context: ArrayLike<number>, weight: number): Float64Array {
  const sum = gram.slice();
  const dimension = context.length + 1;
  for (let row = 0, at = 0; row < dimension; row++) {
    const left = weight * (row === 0 ? 1 : context[row - 1]!);
    for (let column = row; column < dimension; column++) sum[at++]! += left * (column === 0 ? 1 : context[column - 1]!);
  }
  return sum;
}

function withContext(moment: Float64Array, context: ArrayLike<number>, factor: number): Float64Array {
  const sum = moment.slice();
  sum[0]! += factor;
  for (let at = 0; at < context.length; at++) sum[at + 1]! += factor * context[at]!;
  return sum;
}
