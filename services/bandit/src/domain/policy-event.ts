/** A choice: which arm, with which chance, knowing what. Nobody is named. */
export interface Selection {
  readonly policy: string;
  readonly decisionId: string;
  readonly arm: string;
  readonly propensity: number;
  /** In the order of the policy's names; empty for kinds that look at none. */
  readonly context: readonly number[];
  /** The probability of every eligible arm. */
  readonly probabilities: readonly ArmProbability[];
  readonly policyVersion: number;
  readonly selectedAt: Date;
}

/** An arm and how probable its choice was. */
export interface ArmProbability {
  readonly arm: string;
  readonly probability: number;
}

/**
 * How a choice turned out so far: `pending` while it is waited for, `held` where something came in that time, which counts with its end;
 * `assumed` where nothing did and 0 counts, `earned` where something counts.
 */
export type Outcome = 'pending' | 'held' | 'assumed' | 'earned';

/** A choice with its outcome. */
export interface KnownSelection extends Selection {
  readonly outcome: Outcome;
  /** The sum of what it earned; 0 unless `outcome` is `held` or `earned`. */
  readonly reward: number;
  /** The types of interaction that guardrails watch and that followed it, each once. */
  readonly hits: readonly string[];
}

/** A reward, or something that a guardrail watches. */
export interface OutcomeEvent {
  /** Equal for what must count once: of a choice each type of interaction, and each reward id. */
  readonly eventId: string;
  readonly policy: string;
  readonly decisionId: string;
  readonly kind: 'reward' | 'hit';
  /** 0 for a hit. */
  readonly reward: number;
  /** Empty for a reward that was told by `RecordReward`. */
  readonly interactionType: string;
  readonly earnedAt: Date;
}

/** What the log of a policy says. Its state is a fold of these, in their order, and of nothing else. */
export type PolicyEvent =
  | { readonly kind: 'selected'; readonly policy: string; readonly selection: Selection }
  | { readonly kind: 'outcome'; readonly policy: string; readonly outcome: OutcomeEvent }
  | { readonly kind: 'due'; readonly policy: string; readonly decisionIds: readonly string[] };

/** The key of a choice: policies may choose under one id. */
export function selectionKey(policy: string, decisionId: string): string {
  return `${policy}/${decisionId}`;
}
