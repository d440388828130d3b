/** A version of a model. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
}

/** What a version that does not serve answered to the request of a slate. */
export interface ShadowFact extends ModelVersion {
  readonly overlap: number;
  readonly latencyMs: number;
  readonly hasFailed: boolean;
}

/** Features that a slate was ranked by, as they were read. */
export interface SlateFeatures {
  readonly itemNames: readonly string[];
  /** [items x itemNames]; NaN where there is no value. */
  readonly itemValues: Float64Array;
  readonly userNames: readonly string[];
  /** [userNames]; NaN where there is no value. */
  readonly userValues: Float64Array;
  /** Features of the user that are words; null where there is no value. */
  readonly userWords: Readonly<Record<string, string | null>>;
}

/** A slate that was served. */
export interface SlateFact {
  readonly decisionId: string;
  readonly userKey: string;
  readonly at: Date;
  readonly surface: string;
  readonly strategy: string;
  readonly models: readonly ModelVersion[];
  /** `<experiment>:<variant>` */
  readonly variants: readonly string[];
  /** Best first. */
  readonly itemIds: readonly string[];
  readonly exploredCount: number;
  readonly candidateCount: number;
  readonly latencyMs: number;
  readonly isDegraded: boolean;
  readonly isFallback: boolean;
  /** [items]: the probability of a click; null where the engagement model was not asked. */
  readonly probabilities?: readonly (number | null)[];
  /** Model -> what it said of each item. */
  readonly scores: Readonly<Record<string, readonly (number | null)[]>>;
  readonly shadows: readonly ShadowFact[];
  readonly features?: SlateFeatures;
}

/** Something that a user did. */
export interface OutcomeFact {
  readonly eventId: string;
  readonly userKey: string;
  readonly at: Date;
  /** What an erasure goes by: the earlier one of when it happened and when it was accepted. */
  readonly knownFrom: Date;
  readonly type: string;
  readonly itemId: string;
  readonly decisionId?: string;
  /** Whether it speaks for the item: a click, a like, four stars. */
  readonly isWelcome: boolean;
}

/** What `Predict` said of a user and some items. */
export interface PredictionFact {
  readonly predictionId: string;
  readonly userKey: string;
  readonly at: Date;
  readonly model: ModelVersion;
  readonly itemIds: readonly string[];
  /** [items] */
  readonly scores: readonly number[];
  readonly areProbabilities: boolean;
  readonly latencyMs: number;
}

/** What is known of an item. */
export interface ItemFact {
  readonly itemId: string;
  /** By keyed hash: authors are users too. */
  readonly authorId: string;
  readonly category: string;
  readonly publishedAt?: Date;
  readonly at: Date;
}

/** The groups that a user is in; an empty text where it is not known. */
export interface UserGroups {
  readonly userKey: string;
  readonly country: string;
  readonly language: string;
  readonly ageBand: string;
  readonly at: Date;
}

/** That a version of a model went from one stage to another. */
export interface StageFact extends ModelVersion {
  readonly eventId: string;
  readonly kind: string;
  readonly fromStage: string;
  readonly stage: string;
  readonly sequence: number;
  readonly at: Date;
}

/** That an experiment changed. */
export interface ExperimentFact {
  readonly eventId: string;
  readonly experimentId: string;
  readonly state: string;
  readonly at: Date;
}

/** Something out of the ordinary in an hour of incoming data. */
export interface QualityFact {
  readonly eventId: string;
  readonly hour: Date;
  readonly producer: string;
  readonly measure: string;
  readonly subject: string;
  readonly value: number;
  readonly expected: number;
  readonly message: string;
}
