import type { Measurement } from './domain/evaluation';
import type { ArrivalCounts, DriftAlert } from './domain/learning/decide-retraining';
import type { LearningCheck, LearningCycle, LearningStage } from './domain/learning/learning-cycle';
import type { ModelVersionRef } from './domain/run';
import type { Dataset } from './ports';

/** A place in a list of cycles, newest first. */
export interface CycleCursor {
  readonly startedAt: Date;
  readonly cycleId: string;
}

/** Where learning cycles are kept. */
export interface LearningCycles {
  /** Begins a cycle; false where one of the model is under way. */
  begin(cycle: LearningCycle): Promise<boolean>;
  /** Keeps where a cycle stands now; false where it does not stand at `from` any more. */
  move(cycle: LearningCycle, from: LearningStage): Promise<boolean>;
  /** Cycles that are not over, oldest first. */
  underWay(): Promise<readonly LearningCycle[]>;
  /** The newest cycle of each model. */
  newest(): Promise<ReadonlyMap<string, LearningCycle>>;
  list(filter: {
    readonly model?: string;
    readonly after?: CycleCursor;
    readonly limit: number;
  }): Promise<readonly LearningCycle[]>;
}

/** An alert as it was last told. */
export interface ToldAlert extends DriftAlert {
  readonly version?: string;
  readonly isOpen: boolean;
  readonly changedAt: Date;
}

/** What monitoring said of models. */
export interface LearningAlerts {
  /** Keeps what is newer than what is known. */
  note(alerts: readonly ToldAlert[]): Promise<void>;
  /** All that are open, and for a while those that are over; the earliest first. */
  known(): Promise<readonly ToldAlert[]>;
  /** Takes out what was over before. */
  forgetClosedBefore(moment: Date): Promise<void>;
}

/** How many interactions came in, by when they happened. */
export interface Arrivals {
  counts(learnedTo: Date): Promise<ArrivalCounts>;
  /** The minute from which on at least so many happened; undefined where fewer did after `notBefore`. */
  newest(count: number, notBefore: Date): Promise<Date | undefined>;
  between(from: Date, to: Date): Promise<number>;
  /** Takes out how many happened before. */
  forgetBefore(moment: Date): Promise<void>;
}

/** When every model was last decided about. */
export interface LearningRounds {
  last(): Promise<Date | undefined>;
  decided(at: Date): Promise<void>;
}

/** What serving says of a challenger on trial. */
export interface ServingSight {
  readonly canary?: { readonly slates: number; readonly verdict: string; readonly reason: string };
  /** Why serving does not run it; absent where it does not say so. */
  readonly refusedBecause?: string;
}

/** Asks serving how a trial goes. Nothing where it cannot be asked. */
export interface TrialReports {
  of(ref: ModelVersionRef, options: { readonly signal: AbortSignal }): Promise<ServingSight>;
}

/** A version that is to be proved, or to be beaten. */
export interface ProvedVersion {
  readonly version: number;
  readonly digest: string;
  readonly trainedTo: Date;
  readonly metrics: Readonly<Record<string, number>>;
  readonly sizeBytes: number;
}

/** What a proof needs. */
export interface ProofRequest {
  readonly trainer: string;
  readonly challenger: ProvedVersion;
  readonly champion?: ProvedVersion;
  /** What the challenger says that it learned from. */
  readonly trainedOn: Dataset;
  /** Everything until now: the questions are in it. */
  readonly exam: Dataset;
  /** Questions are what happened from here on. */
  readonly heldOutFrom: Date;
  readonly signal: AbortSignal;
}

/** What a proof found. */
export interface Proof {
  readonly checks: readonly LearningCheck[];
  /** Champion and challenger on the same questions; absent where nothing could be asked. */
  readonly measurement?: Measurement;
}

/** Proves challengers outside of this process: their graphs may take all memory, hang or crash the runtime. */
export interface ChallengerProver {
  prove(request: ProofRequest): Promise<Proof>;
}
