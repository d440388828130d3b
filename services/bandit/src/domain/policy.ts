import type { ArmPrior, PolicyKind } from '@attune/bandits';

/** An arm of a policy, without what is known of it. */
export interface Arm {
  readonly name: string;
  /** False: never chosen any more; its history stays. */
  readonly isActive: boolean;
  /** What is believed of it before any reward; the default of the policy's kind where absent. */
  readonly prior?: ArmPrior;
  /** Why a guardrail, or a person, holds it at the floor; empty where nothing does. */
  readonly restrainedBecause: string;
  /** When it was last let go, in epoch milliseconds: guardrails count from there on. Absent where it never was held. */
  readonly releasedAtMs?: number;
}

/** The share of an arm's choices that may be followed by something bad. */
export interface ArmGuardrail {
  readonly interactionType: string;
  /** The largest share of choices, 0 to 1. */
  readonly maxRate: number;
  /** An arm is not judged by fewer choices. */
  readonly minSelections: number;
}

/** A policy as it is defined; nothing here is learned. A value: changes make a new one. */
export interface Policy {
  readonly name: string;
  readonly kind: PolicyKind;
  readonly arms: readonly Arm[];
  /** The least probability of every active arm. */
  readonly explorationFloor: number;
  readonly contextNames: readonly string[];
  /** Further settings of its kind, as they were given. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** How long after a choice a reward still counts. */
  readonly rewardWindowSeconds: number;
  /** How long after a choice its outcome counts: what came, or nothing; 0: at once. */
  readonly assumeNothingAfterSeconds: number;
  /** False: the kill switch. Always the default arm. */
  readonly isEnabled: boolean;
  readonly defaultArm: string;
  /** What each type of interaction with what was chosen is worth. */
  readonly rewards: Readonly<Record<string, number>>;
  readonly guardrails: readonly ArmGuardrail[];
  /** Counts its changes from 1. */
  readonly version: number;
  readonly createdAt: Date;
}

/** What a person decides of a policy. */
export type PolicyDefinition = Omit<Policy, 'version' | 'createdAt'>;

/** What may be said to have changed a policy. */
export type ChangeKind = 'created' | 'updated' | 'switched_off' | 'switched_on' | 'arm_restrained' | 'arm_released';

/** One change of a policy, as its history keeps it. */
export interface PolicyChange {
  /** Counts the policy's changes from 1. */
  readonly sequence: number;
  readonly changedAt: Date;
  /** Who: a caller, or `guardrail`. */
  readonly actor: string;
  readonly change: ChangeKind;
  /** Empty where it is not about one arm. */
  readonly arm: string;
  readonly reason: string;
  /** The policy after the change. */
  readonly policy: Policy;
}

/** A change before the history has it. */
export type NewChange = Omit<PolicyChange, 'sequence'>;
