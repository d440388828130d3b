import type { AppError } from '@attune/errors';
import type { ItemChange, ItemFacts, StatedItem } from './domain/catalog/item-facts';
import type { Agreement, ConsentChange, Purpose } from './domain/consent';
import type { ChosenStrategy, Decision, ModelRef } from './domain/decision';
import type { Erasure, ErasureOutcome } from './domain/erasure';
import type { ReadFeatures } from './domain/feature-table';
import type { UserPrior } from './domain/live-vector';
import type { Deed } from './domain/observations';
import type { RecentChange } from './domain/recent-changes';
import type { RelationChange, Relations } from './domain/relations';
import type { SeenChange, UserEvent } from './domain/seen-changes';
import type { Surface } from './domain/surface';

/** Tells the time. */
export type Clock = () => Date;

/** Cancellation of whatever waits. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** When the answer is of no use any more, by `performance.now()`: what cannot be done until then is not begun. */
  readonly deadlineAtMs?: number;
}

/** Every item by a number of its own, given at first sight and never changed in this process, with what is known of it. */
export interface ItemCatalog {
  /** How many numbers were given. */
  readonly size: number;
  /** The number of an item; gives one where it has none yet. */
  numberOf(itemId: string): number;
  /** The number of an item, or -1 where it has none. */
  find(itemId: string): number;
  idOf(item: number): string;
  /** False where the item was taken out of every slate. Items of which nothing is known are available. */
  isAvailable(item: number): boolean;
  /** The number of its author; -1 where that is not known. */
  authorOf(item: number): number;
  /** The number of its category among the topics; -1 where that is not known. */
  categoryOf(item: number): number;
  /** The numbers of its topics: its category and its tags. */
  topicsOf(item: number): ArrayLike<number>;
  /** When it was published, in milliseconds since 1970; NaN where that is not known. */
  publishedAtMs(item: number): number;
  /** The number of an author, or -1. */
  findAuthor(authorId: string): number;
  /** The number of a topic, or -1. */
  findTopic(topic: string): number;
  topicName(topic: number): string;
  authorId(author: number): string;
  /** How many items are by an author. */
  countByAuthor(author: number): number;
  /** How many items are about a topic. */
  countByTopic(topic: number): number;
  /** How many items were taken out of every slate. */
  readonly unavailableCount: number;
  /** Available items published after `sinceMs`, newest first, at most `count`. */
  newest(count: number, sinceMs: number): readonly number[];
}

/** After which types of interaction an item stays away, and for how long. */
export type SeenHours = Readonly<Record<string, number>>;

/** What a user has done with items lately. */
export interface SeenItems {
  /** How many items it knows. */
  readonly size: number;
  /** Whether the user did one of these with the item within the hours that each type has. */
  has(item: number, hours: SeenHours, nowMs: number): boolean;
}

/** Something that the user liked, by a positive interaction. */
export interface RecentPositive {
  readonly item: number;
  /** On the scale of a like. */
  readonly strength: number;
  readonly atMs: number;
}

/** Where a user is in the space of a model. */
export interface UserVector {
  /** The digest of the model's version. */
  readonly digest: string;
  readonly vector: Float32Array;
  /** What happened until then is in it, in milliseconds since 1970. */
  readonly learnedToMs: number;
}

/** All that serving keeps of a user for slates, read at once. */
export interface KeptUser {
  readonly seen: SeenItems;
  /** Items that were hidden or reported: never shown again, not even to callers that ask for seen items. */
  readonly hidden: ReadonlySet<number>;
  /** Numbers of authors that the user blocks; undefined where nothing is kept about it. */
  readonly blockedAuthors: ReadonlySet<number> | undefined;
  /** Numbers of topics that the user does not want to see; undefined where nothing is kept about it. */
  readonly hiddenTopics: ReadonlySet<number> | undefined;
  /** Newest first. */
  readonly recents: readonly RecentPositive[];
  /** What the user spoke against lately (a dislike, a low rating, a hide, a report), newest first; the strengths are negative. */
  readonly rejected: readonly Deed[];
  /** As an update of the model's factors learned it after the training (`factors.v1`); undefined where none did. */
  readonly vector: UserVector | undefined;
  /** What the user refuses; undefined where nothing is kept about it. */
  readonly refused: readonly Purpose[] | undefined;
  /** When the user was forgotten, if that ever happened: models from before may still know somebody of that id. */
  readonly forgottenAt: Date | undefined;
  /** Something that the user hides or blocks was not in the catalog when this was read, so it has no number here: it may be there by now. */
  readonly isProvisional?: boolean;
  /** Of what is provisional: puts what the catalog has heard of since into the sets above. */
  readonly catchUp?: (() => void) | undefined;
}

/** Reads what is kept of users. */
export interface KeptUserReader {
  kept(userId: string, waiting: Waiting): Promise<KeptUser>;
  /** The last thing known of a user when the store cannot be asked; undefined where nothing is. */
  lastKnown(userId: string): KeptUser | undefined;
}

/** Keeps what users refuse. */
export interface ConsentKeeper {
  /** Applying a change again, or after a later one, changes nothing. */
  apply(changes: readonly ConsentChange[]): Promise<void>;
  /** Keeps for a while what the feature-store said, unless something is kept already. */
  remember(userId: string, refused: readonly Purpose[]): Promise<void>;
}

/** Knows what every user refuses, whom every user follows, and what every user blocks. */
export interface UserDirectory {
  refusedBy(userId: string, waiting: Waiting): Promise<readonly Purpose[]>;
  relationsOf(userId: string, waiting: Waiting): Promise<Relations>;
}

/** What a user does not want to see, as numbers of the catalog. */
export interface Blocks {
  readonly blockedAuthors: ReadonlySet<number>;
  readonly hiddenTopics: ReadonlySet<number>;
}

/** Tells what users block; throws where nobody can say. */
export interface BlockReader {
  blocksOf(userId: string, waiting: Waiting): Promise<Blocks>;
  /** What this process last knew; undefined where that is nothing. */
  lastKnown(userId: string): Blocks | undefined;
}

/** Keeps whom users follow and what they block. */
export interface RelationKeeper {
  /** Applying a change again, or after a later one, changes nothing. */
  apply(changes: readonly RelationChange[]): Promise<void>;
  /** Keeps for a while what the feature-store said; what the log said meanwhile knows better. */
  remember(userId: string, relations: Relations): Promise<void>;
}

/** Reads whom users follow, as far as it is kept. */
export interface FolloweeReader {
  /** Newest first, at most `count`; undefined where it is not kept whole. */
  followeesOf(userId: string, count: number): Promise<readonly string[] | undefined>;
}

/** Tells whether slates may be personal to a user; throws where nobody can say. */
export interface ConsentReader {
  agreementOf(userId: string, waiting: Waiting): Promise<Agreement>;
}

/** Writes what users have seen. Applying a change again changes nothing, and a later hiding is never undone by an earlier one. */
export interface SeenItemsWriter {
  apply(changes: readonly SeenChange[]): Promise<void>;
}

/** Writes what users liked lately. Applying a change again, or after a later one, changes nothing. */
export interface RecentsWriter {
  apply(changes: readonly RecentChange[]): Promise<void>;
}

/** What somebody liked lately, and what they refuse. */
export interface Likes {
  readonly userId: string;
  /** Newest first. */
  readonly deeds: readonly RecentPositive[];
  /** Undefined where nothing is kept about it. */
  readonly refused: readonly Purpose[] | undefined;
}

/** Reads what many users liked lately, at once. */
export interface LikesReader {
  /** One per user, in the order of the question. */
  likesOf(userIds: readonly string[]): Promise<readonly Likes[]>;
}

/** How far a replica has taken over changes of items. */
export interface ItemCursor {
  /** Names one life of the projection. */
  readonly epoch: string;
  readonly sequence: number;
}

/** Items that changed. */
export interface ItemPage {
  readonly items: readonly ItemFacts[];
  readonly cursor: ItemCursor;
  /** Nothing is known to have changed beyond these. */
  readonly isLast: boolean;
  /** Whether the projection has every item, not only those of which the log still says something. */
  readonly isWhole: boolean;
}

/** What slates need of every item, where all replicas look. */
export interface ItemProjection {
  /** Applying a change again, or after a later one, changes nothing. */
  put(changes: readonly ItemChange[]): Promise<void>;
  /** What changed after the cursor; from the beginning for the cursor of a projection that was lost. */
  changesAfter(cursor: ItemCursor, count: number): Promise<ItemPage>;
  /** Whether this holder may fill the projection now; it has to ask again for each page. */
  holdFilling(holder: string): Promise<boolean>;
  /** From now on the projection has every item. */
  markWhole(at: Date): Promise<void>;
}

/** A page of items. */
export interface ListedItems {
  readonly items: readonly StatedItem[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Lists every item that there is. */
export interface ItemLister {
  list(pageToken: string, waiting: Waiting): Promise<ListedItems>;
}

/** Decision records that wait for the event log. */
export interface WaitingDecisions {
  /** Drops those about the user; what is on its way to the log has arrived there when this resolves. Returns how many it dropped. */
  eraseOf(userId: string): Promise<number>;
}

/** What this process remembers of users. */
export interface UserMemory {
  forget(userId: string): void;
}

/** Everything that is stored of users. */
export interface UserStore {
  /** Erases all of it, and notes once what that was, with the counts of what others erased. Again it gives the same note. */
  erase(erasure: Erasure, others: Readonly<Record<string, number>>, now: Date): Promise<ErasureOutcome>;
}

/** Knows who was forgotten. */
export interface ForgottenUsers {
  /** From when this resolves on, nothing of the user from before is taken in. */
  note(erasure: Erasure): Promise<void>;
  /** What is left of the entries without those of forgotten users from before they were. */
  without<T extends { readonly userId: string }>(entries: readonly T[], at: (entry: T) => Date): Promise<readonly T[]>;
}

/** Tells the fleet that a user is forgotten here. */
export interface ErasurePublisher {
  publish(erasure: Erasure, outcome: ErasureOutcome): Promise<void>;
}

/** Items with scores, best first. */
export interface ScoredItems {
  /** Numbers in the catalog. */
  readonly items: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** What people did in the last hours, without any model: the last fallback. */
export interface RecentPopularity {
  /** Best first. Answers from this process's copy when the store behind it cannot be asked. */
  top(count: number, waiting: Waiting): Promise<ScoredItems>;
}

/** An item that people liked whom the user follows. */
export interface SocialProof {
  readonly item: number;
  /** The strength of what they did, what is longer ago counting less. */
  readonly score: number;
  /** How many of them. */
  readonly people: number;
}

/** What may be told now of what people did, best first, and of whom that is. */
export interface ToldProof {
  readonly proofs: readonly SocialProof[];
  readonly people: readonly string[];
}

/** Knows what those whom a user follows did lately. */
export interface SocialReader {
  /** Best first, at most `count`; empty where the user follows nobody. */
  likedByFollowed(userId: string, count: number, waiting: Waiting): Promise<readonly SocialProof[]>;
}

/** Reads features of a user and of items for that user, at one moment. */
export interface FeatureReader {
  read(question: FeatureQuestion, waiting: Waiting): Promise<ReadFeatures>;
}

/** Whose features, and which. */
export interface FeatureQuestion {
  readonly userId: string;
  readonly itemIds: readonly string[];
  readonly userFeatures: readonly string[];
  /** Features of an item, or of a user and an item, that are numbers. */
  readonly itemFeatures: readonly string[];
}

/** Knows how surfaces make their slates. */
export interface Surfaces {
  /** The surface of that name as it is now; one that nobody configured is like `home`. Never waits. */
  named(name: string): Surface;
}

/** Chooses how a slate is ranked. */
export interface StrategyChooser {
  /** By the surface's policy, or else by its probabilities. `draw` is uniform in [0, 1). Throws where the bandit cannot be asked. */
  choose(question: StrategyQuestion, waiting: Waiting): Promise<ChosenStrategy>;
  /** By the surface's probabilities alone. */
  fallback(question: StrategyQuestion): ChosenStrategy;
}

/** For whom a strategy is chosen. */
export interface StrategyQuestion {
  readonly surface: Surface;
  readonly userId: string;
  readonly context: Readonly<Record<string, string>>;
  readonly draw: number;
}

/** Counts what people do. An event that is recorded again counts once. */
export interface PopularityCounter {
  record(partition: number, events: readonly UserEvent[]): Promise<void>;
}

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

/** Lends the models that serve. */
export interface ModelShelf {
  /** The version that serves this user: the canary, for its share of the users, else the one in production. */
  borrow(kind: ModelKind, userId: string): BorrowedModel | undefined;
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

/** Takes decision records to the event log. It never waits. */
export interface DecisionPublisher {
  /** False where the record cannot be kept because too many are waiting. */
  publish(decision: Decision): boolean;
  readonly isFull: boolean;
}

/** Reads decision records that are stored. */
export interface DecisionReader {
  /** Throws `not_found.decision` where there is none of that id. */
  decision(decisionId: string, waiting: Waiting): Promise<Decision>;
}

/** Decisions that this process made a moment ago: their records may not be stored yet. */
export interface RecentDecisions {
  find(decisionId: string): Decision | undefined;
}

/** Keeps decisions for a moment. */
export interface DecisionMemory {
  keep(decision: Decision): void;
}

/** Lends versions that serve no more, for questions about what they once said. */
export interface PastModels {
  /** Loads it where it is not at hand; throws where its artifact is gone. */
  borrow(ref: ModelRef, waiting: Waiting): Promise<BorrowedModel>;
}

/** Says what features mean. */
export interface FeatureDescriptions {
  /** A sentence for each feature that is known, by its name. Never fails: where nobody can say, the map is empty. */
  all(waiting: Waiting): Promise<ReadonlyMap<string, string>>;
}
