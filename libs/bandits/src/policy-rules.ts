/** How a policy chooses. `linucb` and `linear_thompson` look at a context; the others do not. */
export type PolicyKind =
  | 'thompson_beta'
  | 'thompson_gaussian'
  | 'linucb'
  | 'linear_thompson'
  | 'epsilon_greedy'
  | 'softmax';

/** Every kind, in the order of the contract. */
export const POLICY_KINDS: readonly PolicyKind[] = [
  'thompson_beta',
  'thompson_gaussian',
  'linucb',
  'linear_thompson',
  'epsilon_greedy',
  'softmax',
];

/** What is believed of an arm before any reward, as pseudo-counts: `weight` observations with the mean `mean` (reward units). */
export interface ArmPrior {
  readonly mean: number;
  readonly weight: number;
}

/** The checked settings of a policy. Those that its kind does not use have their defaults. */
export interface PolicySettings {
  /** epsilon_greedy: the probability of a draw among all arms, 0 to 1. */
  readonly epsilon: number;
  /** softmax: reward units; the lower, the greedier. */
  readonly temperature: number;
  /**
   * epsilon_greedy and softmax: after so many selections epsilon has halved and the temperature shrunk by the root of 2; undefined
   * where they stay, and regret then grows by the same share for ever.
   */
  readonly annealSelections: number | undefined;
  /** linucb: the width of the confidence bound, in standard deviations. */
  readonly alpha: number;
  /** Linear kinds: what is added to the diagonal of the Gram matrix. */
  readonly ridge: number;
  /** The standard deviation of a reward given the arm: linear_thompson samples with it, thompson_gaussian begins with it. */
  readonly noise: number;
  /** thompson_gaussian: how many observations the belief in `noise` is worth. */
  readonly noiseWeight: number;
  /** After so many hours an observation counts half; undefined: all count alike for ever. */
  readonly halfLifeHours: number | undefined;
}

/** All that decides how a policy chooses, apart from what its arms have earned. */
export interface PolicyRules {
  readonly kind: PolicyKind;
  /** The least probability of every eligible arm; floor times arms is at most 1. */
  readonly explorationFloor: number;
  /** The components of a context in their order, without the bias term: that one is added here. */
  readonly contextNames: readonly string[];
  readonly settings: PolicySettings;
  /** By arm name; an arm that is not named has the default of its kind (`priorOf`). */
  readonly priors: Readonly<Record<string, ArmPrior>>;
}

/** Whether choices of the kind depend on a context. */
export function isContextual(kind: PolicyKind): boolean {
  return kind === 'linucb' || kind === 'linear_thompson';
}

/** The numbers that describe a choice: 1 for the bias and one per context name, or 0 for kinds without a context. */
export function dimensionOf({ kind, contextNames }: Pick<PolicyRules, 'kind' | 'contextNames'>): number {
  return isContextual(kind) ? contextNames.length + 1 : 0;
}

/** What is believed of an arm before any reward: the rules' own prior, else Beta(1, 1), one observation of 0, or nothing but the ridge. */
export function priorOf(rules: PolicyRules, armName: string): ArmPrior {
  const own = Object.hasOwn(rules.priors, armName) ? rules.priors[armName] : undefined;
  if (own !== undefined) return own;
  if (rules.kind === 'thompson_beta') return { mean: 0.5, weight: 2 };
  return { mean: 0, weight: isContextual(rules.kind) ? 0 : 1 };
}
