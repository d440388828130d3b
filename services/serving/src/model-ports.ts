import type { AppError } from '@attune/errors';
import type { ModelRef } from './domain/decision';
import type { UserPrior } from './domain/live-vector';
import type { ScoredItems, Waiting } from './ports';

/** A model that was asked for items. */
export interface ModelAnswer extends ScoredItems {
  /** False where the model has never heard of whom or what it was asked about; there are no items then. */
  readonly isKnown: boolean;
}

/** Whom or what a model is asked about. */
export type Asker =
  | { readonly by: 'user'; readonly userId: string }
  | { readonly by: 'vector'; readonly vector: Float32Array }
  /** What somebody liked; items that the model does not know are passed over. */
  | { readonly by: 'history'; readonly items: ArrayLike<number>; readonly weights: ArrayLike<number> }
  | { readonly by: 'item'; readonly item: number }
  | { readonly by: 'everybody' };

/** The mean and the standard deviation of a model's scores over all of its items. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** A model in memory, borrowed for one request: it stays loaded until it is given back. */
export interface BorrowedModel extends Disposable {
  readonly ref: ModelRef;
  readonly kind: ModelKind;
  readonly stage: ServingStage;
  readonly itemCount: number;
  /** When its training was asked for: it knows nothing that came to be known, or was forgotten, later. */
  readonly trainedAt: Date;
  /** Of `engagement`: the columns that `predict` takes and answers; empty for others. */
  readonly features: readonly string[];
  readonly labels: readonly string[];
  /** The best items, seen or not; by an item, without that item. Throws `unimplemented.question` where a kind cannot be asked so. */
  retrieve(asker: Asker, count: number, waiting: Waiting): Promise<ModelAnswer>;
  /** The scores of these items, on the scale of `retrieve`; NaN for those that the model does not know. All NaN for whom it does not know. */
  score(asker: Asker, items: Int32Array, waiting: Waiting): Promise<Float32Array>;
  /** Of `engagement`: probabilities [n x labels] for raw features [n x features], NaN where missing. */
  predict(features: Float32Array<ArrayBuffer>, waiting: Waiting): Promise<Float32Array>;
  /** How the scores of all items lie around each other for that asker; undefined where that is not known beforehand. */
  spreadOf(asker: Asker): Spread | undefined;
  /** Where a user is in the model's space, by the training; undefined where it has none or does not know the user. */
  vectorOfUser(userId: string): Float32Array | undefined;
  /** Where an item is in the model's space. */
  vectorOfItem(item: number): Float32Array | undefined;
  /** Of a factorization, what it says of users of whom it knows nothing (`execution/user-prior.ts`); undefined where it does not. */
  readonly userPrior: UserPrior | undefined;
}

/** What a model is for; the trainer says so in the artifact. */
export type ModelKind = 'als' | 'popularity' | 'item_item' | 'content' | 'neural_cf' | 'engagement' | 'mf';

/** What a version does here. */
export type ServingStage = 'production' | 'canary' | 'shadow';

/** Which versions may serve a slate. */
export interface VersionRules {
  /** False for users on whom nothing may be tried. */
  readonly canaries: boolean;
  /** The version of each kind that an experiment asks for. */
  readonly pinned: Readonly<Partial<Record<ModelKind, string>>>;
}

/** The rules for users on whom nothing may be tried. */
export const NOTHING_TRIED: VersionRules = { canaries: false, pinned: {} };

/** Lends the models that serve. */
export interface ModelShelf {
  /**
   * The version that serves this user: the one that the rules pin, while it is loaded; else the canary, for its share of the users and
   * where the rules allow it; else the one in production.
   */
  borrow(kind: ModelKind, userId: string, rules?: VersionRules): BorrowedModel | undefined;
  /** Whether a version of the kind is loaded, whatever its stage. */
  hasVersion(kind: string, version: string): boolean;
  /** A version that is loaded here, whatever its stage; the newest in production where `version` is empty. */
  borrowVersion(name: string, version: string): BorrowedModel | undefined;
  /** Versions of the kind that are asked the same and never served. */
  shadows(kind: ModelKind): readonly BorrowedModel[];
}

/** A model that serves, for operators. */
export interface LoadedModel {
  readonly ref: ModelRef;
  readonly kind: string;
  readonly stage: ServingStage;
  /** Of a canary. */
  readonly canaryShare: number;
  /** Bytes of its tables, those in the native runtime included. */
  readonly tableBytes: number;
  readonly loadedAt: Date;
  readonly itemCount: number;
  readonly userCount: number;
  readonly callCount: number;
  /** Until when it has learned, where updates of its factors came after its training. */
  readonly learnedTo?: Date | undefined;
}

/** An artifact that does not serve, and why. */
export interface RefusedArtifact {
  readonly ref: ModelRef;
  readonly refusedAt: Date;
  readonly problem: AppError;
}

/** What a version does here, and for how many. */
export interface Placement {
  readonly stage: ServingStage;
  /** Of a canary: the share of users whom it serves, from 0 to 1. */
  readonly canaryShare: number;
}

/** A version in its place. */
export interface PlacedModel {
  readonly ref: ModelRef;
  readonly placement: Placement;
}

/** Puts models on the shelf. Of each name at most one version is in production; canaries and shadows stand beside it. */
export interface ModelLoader {
  /**
   * Reads, verifies and warms the artifact, then puts it in its place; throws and leaves everything as it was when anything is wrong.
   * A version that is loaded already only changes its place. What was in production under the name leaves the shelf when another
   * version takes its place, and ends when its last request is done.
   */
  load(ref: ModelRef, placement: Placement, waiting: Waiting): Promise<void>;
  /** Takes a version off the shelf; it ends when its last request is done. False where it is not loaded. */
  unload(ref: ModelRef): boolean;
  loaded(): readonly LoadedModel[];
}

/** Where a user or an item is in the space of a model. `key` is a user's keyed hash or an item's id. */
export interface FactorRow {
  readonly key: string;
  readonly vector: Float32Array;
}

/** Factors that were learned since a version's training. */
export interface FactorRows {
  readonly users: readonly FactorRow[];
  /** Items that the training did not have become items of the model. */
  readonly items: readonly FactorRow[];
}

/** Takes in what a model learned since its training, without another version of it. */
export interface FactorOverlays {
  /**
   * Replaces or adds rows of the version, all or none, and resolves when every answer goes by them. False where that version is not
   * loaded here. Throws `invalid.factors` for vectors of another rank or with numbers that are not finite, and `exhausted.factors`
   * where more items would lie over the version than it can bear; of users whom the training did not have the oldest make room.
   */
  overlay(ref: ModelRef, rows: FactorRows): Promise<boolean>;
}

/** Which version of a model should serve. */
export interface ModelPointer {
  readonly ref: ModelRef;
  /** Counts the changes of the model; 0 where it is not known. */
  readonly sequence: number;
}

/** Remembers which version of each model should serve, for all replicas. */
export interface ModelPointers {
  all(): Promise<readonly ModelPointer[]>;
  /** Keeps the pointer unless a newer one is kept already. */
  advance(pointer: ModelPointer): Promise<void>;
  /** Corrects the version and leaves the sequence, unless the pointer has moved on from `asOf`. */
  correct(ref: ModelRef, asOf: number): Promise<void>;
}

/** The registry of models. */
export interface ModelRegistry {
  /** Every version that serves or is on trial. */
  standing(waiting: Waiting): Promise<readonly PlacedModel[]>;
}

/** Lends versions that serve no more, for questions about what they once said. */
export interface PastModels {
  /** Loads it where it is not at hand; throws where its artifact is gone. */
  borrow(ref: ModelRef, waiting: Waiting): Promise<BorrowedModel>;
}
