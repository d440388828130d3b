import type { Erasure, ErasureOutcome } from './domain/erasure';
import type { Evaluation, Measurement } from './domain/evaluation';
import type { ModelStage, ModelVersion, StageChange } from './domain/model-version';
import type { ProfilePart } from './domain/profile-features';
import type { PromotionGrounds } from './domain/promotion-grounds';
import type { ModelVersionRef, RunOutcome, RunProblem, RunProgress, RunState, TrainingRun } from './domain/run';
import type { DatasetNeed } from './domain/trainer';

/** The present, as an argument. */
export type Clock = () => Date;

/** One visible change of a run. */
export interface RunStep {
  readonly sequence: number;
  readonly at: Date;
  readonly run: TrainingRun;
}

/** A place in a list of runs, newest first. */
export interface RunCursor {
  readonly createdAt: Date;
  readonly runId: string;
}

/** Where runs are kept. A write with an older fencing token than the run's newest is refused: its worker was given up. */
export interface RunStore {
  /** Stores a new run; a run with that id that exists is returned as it is. */
  create(run: TrainingRun): Promise<TrainingRun>;
  get(runId: string): Promise<TrainingRun | undefined>;
  list(filter: {
    readonly model?: string;
    readonly state?: RunState;
    readonly after?: RunCursor;
    readonly limit: number;
  }): Promise<readonly TrainingRun[]>;
  /** Takes the run for a worker, or answers undefined when it has ended. */
  claim(runId: string, fencingToken: number, now: Date): Promise<TrainingRun | undefined>;
  /** Answers false when the worker has lost the run. */
  progress(runId: string, fencingToken: number, progress: RunProgress, now: Date): Promise<boolean>;
  /** Answers false when the worker has lost the run or the run has ended. */
  finish(runId: string, fencingToken: number, outcome: RunOutcome, now: Date): Promise<boolean>;
  /** Fails a run whose job was given up for good, whichever worker had it last. */
  abandon(runId: string, problem: RunProblem, now: Date): Promise<void>;
  /** Ends a run that has not ended; a running worker finds out at its next step. */
  cancel(runId: string, now: Date): Promise<TrainingRun | undefined>;
  stepsAfter(runId: string, sequence: number): Promise<readonly RunStep[]>;
  /** Runs that have not ended, for a queue that lost its jobs. */
  unfinished(): Promise<readonly TrainingRun[]>;
}

/** A version that is about to be registered: its number is the registry's to give. */
export type NewModelVersion = Omit<ModelVersion, 'ref' | 'stage'> & {
  readonly model: string;
  readonly digest: string;
  /** How its features were distributed; absent where it learns from none. */
  readonly profile?: readonly ProfilePart[];
};

/** Why and by whom a version is moved. */
export interface StageMove {
  readonly model: string;
  /** Absent: the newest. */
  readonly version?: number;
  readonly to: ModelStage;
  readonly actor: string;
  readonly reason: string;
  /** Of a canary: the share of the users; 0 for what it has, or the default. */
  readonly canaryShare?: number;
}

/** Decides about a version that is to go into production, or to be a canary; throws where it may not. Called where nothing else can move. */
export type JudgeMove = (one: {
  readonly version: ModelVersion;
  readonly champion?: ModelVersion;
  /** Of the version, newest first. */
  readonly evaluations: readonly Evaluation[];
}) => PromotionGrounds;

/** A version after a move. */
export interface MovedVersion {
  readonly version: ModelVersion;
  /** What let it in; absent where nothing had to, or nothing moved. */
  readonly grounds?: PromotionGrounds;
}

/** Versions of models and their append-only history. */
export interface ModelRegistry {
  /** Gives the next version number. Registering the same run twice gives the same version. */
  register(version: NewModelVersion, actor: string): Promise<ModelVersion>;
  /** One version, or the newest; throws `not_found.model_version`. */
  get(model: string, version?: number): Promise<ModelVersion>;
  /**
   * Moves a version; `production` and `canary` ask the judge, and `production` retires the one that was there, in the same transaction.
   * Throws `failed_precondition.canary_taken` or `shadow_taken` where there is no room. All moves of a model happen one after the other.
   */
  move(move: StageMove, judge: JudgeMove, now: Date): Promise<MovedVersion>;
  /** Puts the version back that was in production before the present one; again, the one before that. */
  rollback(move: Omit<StageMove, 'to' | 'version'>, now: Date): Promise<ModelVersion>;
  versions(filter: {
    readonly model: string;
    readonly stage?: ModelStage;
    readonly beforeVersion?: number;
    readonly limit: number;
  }): Promise<readonly ModelVersion[]>;
  /** Per model: how many versions, the newest, the one in production, and those on trial. */
  summaries(): Promise<readonly ModelSummary[]>;
  history(filter: {
    readonly model: string;
    readonly beforeSequence?: number;
    readonly limit: number;
  }): Promise<readonly StageChange[]>;
  /** The change by which the version that served at `at` came into production. */
  inProductionAt(model: string, at: Date): Promise<StageChange | undefined>;
  /** Calls `publish` for every change that was not published yet, in order, and marks it. */
  publishPending(publish: (changes: readonly StageChange[]) => Promise<void>, now: Date): Promise<number>;
}

/** How the features were distributed that versions learned from. */
export interface FeatureProfiles {
  /** By feature, then by part; empty where there is none. */
  of(ref: Pick<ModelVersionRef, 'model' | 'version'>): Promise<readonly ProfilePart[]>;
}

/** Notes erasures, and marks what was trained with a data set that held an erased user. */
export interface ErasureMarks {
  /** Again it marks only what it had not heard of, and gives what was marked in all, and when it was asked first. */
  mark(erasure: Erasure, now: Date): Promise<ErasureOutcome>;
}

/** Tells the fleet that an erasure is done here. */
export interface ErasurePublisher {
  publish(erasure: Erasure, outcome: ErasureOutcome): Promise<void>;
}

/** What there is of one model. */
export interface ModelSummary {
  readonly model: string;
  readonly versionCount: number;
  readonly latest: ModelVersion;
  readonly production?: ModelVersion;
  readonly canary?: ModelVersion;
  readonly shadows: readonly ModelVersion[];
}

/** A training set that the feature-store wrote. */
export interface Dataset {
  readonly datasetId: string;
  readonly kind: DatasetNeed['kind'];
  readonly objectKeys: readonly string[];
  /** Files with items and with follows, where they were asked for. */
  readonly itemObjectKeys: readonly string[];
  readonly followObjectKeys: readonly string[];
  readonly rowCount: number;
  /** Of labelled examples, the schema of their features; empty for others. */
  readonly featureSchemaHash: string;
}

/** Builds training sets; implemented by a call of the feature-store. */
export interface DatasetBuilder {
  /** A set that was built before, or undefined where it is gone. */
  find(datasetId: string): Promise<Dataset | undefined>;
  build(request: {
    readonly need: DatasetNeed;
    readonly from?: Date;
    readonly to?: Date;
    readonly signal: AbortSignal;
    readonly onProgress: (fraction: number, rowCount: number) => void;
  }): Promise<Dataset>;
}

/** What a finished training gives. */
export interface TrainedArtifact {
  readonly digest: string;
  /** When the newest interaction happened that it learned from; absent where the data has no times. */
  readonly newestAtMs?: number;
  /** How good it is expected to be; absent where nothing could be held out. */
  readonly measurement?: Measurement;
  /** Of a model of features: how they were distributed. */
  readonly profile?: readonly ProfilePart[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly sizeBytes: number;
  readonly userCount: number;
  readonly itemCount: number;
}

/** Trains outside of this process. */
export interface TrainerRunner {
  train(request: {
    /** Names the checkpoints: the same id goes on where it was cut off. */
    readonly runId: string;
    readonly trainer: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly dataset: Dataset;
    /** The artifact of the version to begin from. */
    readonly previousDigest?: string;
    /** The version in production, to be measured beside. */
    readonly champion?: { readonly version: number; readonly settings: Readonly<Record<string, unknown>> };
    readonly createdAt: Date;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: RunProgress) => void;
  }): Promise<TrainedArtifact>;
  /** Deletes the checkpoints of a run that has ended. */
  forget(runId: string): Promise<void>;
}

/** Hands runs to workers. */
export interface RunQueue {
  add(runId: string): Promise<void>;
  cancel(runId: string): Promise<void>;
}
