import type { CanaryOutcomes, Guardrail } from './domain/canary-guardrails';
import type { ModelRef } from './domain/decision';
import type { Waiting } from './ports';
import type { Trial } from './trial-ports';

/** One trial of a canary: a version that is a canary again later begins anew. */
export type CanaryTrial = Pick<Trial, 'ref' | 'canaryShare' | 'since'>;

/** What is to be counted for one side of a canary: numbers to be added, by name. */
export type OutcomeDelta = Readonly<Record<string, number>>;

/** Counts what becomes of the slates of a canary and of production, for all replicas together. */
export interface CanaryCounters {
  /** When counting began, in milliseconds since 1970; it begins now where it had not. */
  begin(trial: CanaryTrial, nowMs: number): Promise<number>;
  add(trial: CanaryTrial, side: keyof CanaryOutcomes, delta: OutcomeDelta): Promise<void>;
  read(trial: CanaryTrial): Promise<CanaryOutcomes>;
  /** True for the first of all replicas that tells of a click on this slate. */
  isFirstClick(decisionId: string): Promise<boolean>;
}

/** What was found about a canary at the last look. */
export interface CanaryReport {
  readonly ref: ModelRef;
  readonly share: number;
  readonly verdict: 'collecting' | 'within' | 'rolled_back';
  readonly reason: string;
  readonly judgedAt: Date;
  readonly guardrails: readonly Guardrail[];
}

/** A version that must leave the stage of a canary, though the registry may not know yet. */
export interface OwedRollback {
  readonly ref: ModelRef;
  readonly since: number;
  readonly reason: string;
}

/** What replicas tell each other about canaries. */
export interface CanaryLedger {
  /** Whether this replica is the one that judges now. */
  mayJudge(replica: string, forMs: number): Promise<boolean>;
  report(report: CanaryReport): Promise<void>;
  /** The newest of each version, newest first. */
  reports(): Promise<readonly CanaryReport[]>;
  owe(rollback: OwedRollback): Promise<void>;
  settle(rollback: OwedRollback): Promise<void>;
  owed(): Promise<readonly OwedRollback[]>;
}

/** Takes a canary back in the registry. */
export interface CanaryRollback {
  /** Moves the version back to candidate, with the reason in its history. Again it changes nothing. */
  demote(rollback: OwedRollback, waiting: Waiting): Promise<void>;
}
