export { type ArmState, emptyArmState } from './arm-state';
export { decodeArmStates, encodeArmStates } from './arm-state-bytes';
export { type ArmStatistics, armStatistics } from './arm-statistics';
export { BEST_PROBABILITY_ERROR } from './best-probabilities';
export { checkContext, checkReward } from './check-observation';
export { checkPolicyRules, MOST_ARMS, MOST_CONTEXT_NAMES } from './check-policy-rules';
export {
  correctReward,
  observeReward,
  observeSelection,
  type RewardCorrection,
  type RewardObservation,
} from './observe-reward';
export { type Refusal, SUPPORT_LIMITS, type Support, type SupportLimits } from './off-policy/check-support';
export { ESTIMATORS, type EstimatorName } from './off-policy/estimators';
export {
  evaluateOffPolicy,
  type OffPolicyEstimate,
  type OffPolicyQuestion,
  type OffPolicyReport,
} from './off-policy/evaluate-off-policy';
export {
  type LoggedDecisions,
  type TargetProbabilities,
  tableTarget,
  uniformTarget,
} from './off-policy/logged-decisions';
export { parsePolicySettings, settingNamesOf } from './parse-policy-settings';
export type { PolicyArm, SelectionRequest } from './policy-arms';
export {
  type ArmPrior,
  dimensionOf,
  isContextual,
  POLICY_KINDS,
  type PolicyKind,
  type PolicyRules,
  type PolicySettings,
  priorOf,
} from './policy-rules';
export { type SelectedArm, selectArm } from './select-arm';
export { selectionProbabilities } from './selection-probabilities';
