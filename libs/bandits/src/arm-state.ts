import { dimensionOf, type PolicyRules } from './policy-rules';

/**
 * The sufficient statistics of one arm. Sums only, so that observations commute up to the rounding of additions. With a half-life every
 * observation is weighted by 2^((decidedAtMs - landmarkMs) / half-life) (forward decay), else by 1. A value: functions return new ones.
 */
export interface ArmState {
  readonly arm: string;
  /** How often it was chosen; does not decay. */
  readonly selectionCount: number;
  /** How many observations there are, assumed no-rewards included; does not decay. */
  readonly outcomeCount: number;
  /** How many rewards came; does not decay. */
  readonly rewardCount: number;
  /** Epoch milliseconds at which an observation weighs 1; 0 without a half-life. */
  readonly landmarkMs: number;
  /** Epoch milliseconds of the latest decision observed; 0 before any. */
  readonly latestMs: number;
  /** The sum of the weights. */
  readonly weight: number;
  /** The weighted sum of the rewards. */
  readonly rewardSum: number;
  /** The weighted sum of the squared rewards. */
  readonly squareSum: number;
  /** [d (d + 1) / 2]: the weighted sum of x x', row by row from the diagonal; x is the context with the bias term first. Empty without context. */
  readonly gram: Float64Array;
  /** [d]: the weighted sum of reward times x; empty without context. */
  readonly moment: Float64Array;
}

/** What is known of an arm before its first choice. */
export function emptyArmState(rules: Pick<PolicyRules, 'kind' | 'contextNames'>, armName: string): ArmState {
  const dimension = dimensionOf(rules);
  return {
    arm: armName,
    selectionCount: 0,
    outcomeCount: 0,
    rewardCount: 0,
    landmarkMs: 0,
    latestMs: 0,
    weight: 0,
    rewardSum: 0,
    squareSum: 0,
    gram: new Float64Array((dimension * (dimension + 1)) / 2),
    moment: new Float64Array(dimension),
  };
}
