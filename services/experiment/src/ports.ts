import type { ExperimentState } from '@attune/experiments';
import type { ChangeKind, Experiment, ExperimentChange, RunningPeriod } from './domain/experiment';
import type { Exposure, SlateFact, UnitEvent } from './domain/facts';
import type { Metric } from './domain/metrics/metric';
import type { MeasuredMetric } from './domain/results/judge-metrics';
import type { InterleavingFacts, UnitCounts } from './domain/results/samples';

/** The time. */
export type Clock = () => Date;

/** What a change makes of an experiment, and what the history says of it. */
export interface Changed {
  readonly after: Experiment;
  readonly change: ChangeKind;
  readonly reason: string;
  /** The version of its rollout is to be taken back, until `takenBack` is told. */
  readonly takesBack?: boolean;
}

/** A rollout that has ended and whose version may still be a canary. */
export interface PendingTakeBack {
  readonly experiment: Experiment;
  readonly reason: string;
}

/** Who changes an experiment, and when. */
export interface ChangedBy {
  readonly actor: string;
  readonly now: Date;
}

/** Experiments and their append-only history. All changes happen one after the other, so that layers are never booked twice. */
export interface ExperimentStore {
  /** Stores what `make` makes beside all others. Throws `exists.experiment`. */
  create(
    experimentId: string,
    make: (others: readonly Experiment[]) => Experiment,
    by: ChangedBy & { readonly reason: string },
  ): Promise<Experiment>;
  /** Changes an experiment by what `change` makes of it beside all others; undefined leaves it. Throws `not_found.experiment`. */
  change(
    experimentId: string,
    change: (before: Experiment, others: readonly Experiment[]) => Changed | undefined,
    by: ChangedBy,
  ): Promise<Experiment>;
  get(experimentId: string): Promise<Experiment>;
  /** Newest first. */
  list(filter: {
    readonly state?: ExperimentState;
    readonly after?: { readonly createdAtMs: number; readonly experimentId: string };
    readonly limit: number;
  }): Promise<readonly Experiment[]>;
  /** Those that are not stopped. */
  open(): Promise<readonly Experiment[]>;
  /** The rollouts whose version is still to be taken back. */
  pendingTakeBacks(): Promise<readonly PendingTakeBack[]>;
  takenBack(experimentId: string): Promise<void>;
  /** Newest first. */
  changes(filter: {
    readonly experimentId: string;
    readonly beforeSequence?: number;
    readonly limit: number;
  }): Promise<readonly ExperimentChange[]>;
  /** All of one experiment that say when it ran, in order. */
  stateMoves(experimentId: string): Promise<readonly Pick<ExperimentChange, 'change' | 'changedAt'>[]>;
  /** Hands over what was not published yet, in order per experiment, to one publisher at a time. */
  publishPending(publish: (changes: readonly ExperimentChange[]) => Promise<void>, now: Date): Promise<number>;
}

/** Facts to take in together. */
export interface FactBatch {
  readonly events?: readonly UnitEvent[];
  readonly slates?: readonly SlateFact[];
  readonly exposures?: readonly Exposure[];
}

/** What an erasure took out. */
export interface ErasureOutcome {
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly doneAt: Date;
}

/** What units did. Every fact counts once, in whatever order and however often it comes. */
export interface FactStore {
  add(batch: FactBatch): Promise<void>;
  forget(
    erasure: { readonly erasureId: string; readonly unitKey: string; readonly requestedAt: Date },
    now: Date,
  ): Promise<ErasureOutcome>;
  /** Takes out what is older than `before`. Returns how many rows left. */
  prune(before: Date): Promise<number>;
}

/** Which facts a question is about. */
export interface FactScope {
  readonly experimentId: string;
  readonly periods: readonly RunningPeriod[];
  readonly until: Date;
  /** Until how long after a slate its events count for it. */
  readonly attributionMs: number;
  /** How long before a unit's first exposure its covariate begins. */
  readonly covariateMs: number;
  /** How results are parted: by an attribute, beside the whole, or by day. One part where absent. */
  readonly by?: { readonly attribute: string } | 'day';
}

/** Questions to the facts. All answers of one `asking` are of the same moment. */
export interface FactQuestions {
  unitCounts(scope: FactScope): Promise<UnitCounts>;
  /** Units of a variant whose first exposure came from `since` on. */
  unitsSince(scope: FactScope, variant: string, since: Date): Promise<number>;
  /** Every metric with its samples, in order. The part without a name is the whole. */
  measure(metrics: readonly Metric[], scope: FactScope): Promise<readonly MeasuredMetric[]>;
  /** `type`: which events of a slate's items are credits. */
  interleaving(
    scope: FactScope,
    teams: { readonly control: string; readonly treatment: string; readonly type: string },
  ): Promise<InterleavingFacts>;
}

/** Opens questions to the facts. */
export interface FactReader {
  /** When the signal aborts, what is being asked is cancelled in the server. */
  asking<T>(ask: (questions: FactQuestions) => Promise<T>, options?: { readonly signal?: AbortSignal }): Promise<T>;
}

/** Tells the fleet that a unit was given a variant. */
export interface ExposurePublisher {
  publish(
    exposures: readonly {
      readonly unitId: string;
      readonly experimentId: string;
      readonly variant: string;
      readonly at: Date;
      readonly attributes: Readonly<Record<string, string>>;
    }[],
  ): Promise<void>;
}

/** Tells the fleet what was erased. */
export interface ErasurePublisher {
  publish(erasure: { readonly erasureId: string; readonly userId: string }, outcome: ErasureOutcome): Promise<void>;
}

/** How a version of a model stands in the registry, for rollouts. */
export interface ModelStageView {
  readonly stage: 'candidate' | 'shadow' | 'canary' | 'production' | 'retired';
  readonly canaryShare: number;
}

/** The registry of models, as far as rollouts move it. */
export interface ModelMover {
  /** The version that is in production; undefined where there is none. */
  productionVersion(model: string): Promise<number | undefined>;
  stageOf(model: string, version: number): Promise<ModelStageView>;
  toCanary(model: string, version: number, share: number, reason: string): Promise<void>;
  toProduction(model: string, version: number, reason: string): Promise<void>;
  /** Takes a canary back: it is a candidate again. */
  demote(model: string, version: number, reason: string): Promise<void>;
}
