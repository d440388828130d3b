import type {
  ExperimentFact,
  ItemFact,
  ModelVersion,
  OutcomeFact,
  PredictionFact,
  QualityFact,
  SlateFact,
  StageFact,
  UserGroups,
} from './domain/facts';

/** Facts that came in together. */
export interface FactBatch {
  readonly slates?: readonly SlateFact[];
  readonly outcomes?: readonly OutcomeFact[];
  readonly predictions?: readonly PredictionFact[];
  readonly items?: readonly ItemFact[];
  readonly userGroups?: readonly UserGroups[];
  readonly stages?: readonly StageFact[];
  readonly experiments?: readonly ExperimentFact[];
  readonly findings?: readonly QualityFact[];
}

/** What became of an erasure. */
export interface ErasureOutcome {
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly doneAt: Date;
}

/** Everything that came in about slates, users and models. */
export interface FactStore {
  /** Takes facts in, each once, and notes which steps of series they touch. */
  add(batch: FactBatch, now: Date): Promise<void>;
  /** Takes everything of a user out. The same erasure has the same outcome. */
  forget(
    erasure: { readonly erasureId: string; readonly userKey: string; readonly requestedAt: Date },
    now: Date,
  ): Promise<ErasureOutcome>;
  /** Takes facts out that are too old. */
  prune(now: Date): Promise<void>;
}

/** Tells that everything of a user is gone. */
export interface ErasurePublisher {
  publish(erasure: { readonly erasureId: string; readonly userId: string }, outcome: ErasureOutcome): Promise<void>;
}

/** Which versions of models stand where. */
export interface StageReader {
  /** The version of each model that is in production. */
  inProduction(): Promise<readonly ModelVersion[]>;
}
