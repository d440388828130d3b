import type { AppError } from '@attune/errors';
import type { ScoredItem } from './domain/candidate';
import type { Agreement, ConsentChange, Purpose } from './domain/consent';
import type { Decision, ModelRef } from './domain/decision';
import type { Erasure, ErasureOutcome } from './domain/erasure';
import type { SeenChange, UserEvent } from './domain/seen-changes';

/** Tells the time. */
export type Clock = () => Date;

/** Cancellation of whatever waits. */
export interface Waiting {
  readonly signal: AbortSignal;
}

/** What a user has done with items, as far as a slate must know. */
export interface SeenItems {
  readonly seen: ReadonlySet<string>;
  /** Hidden or reported: never shown again, not even to callers that ask for seen items. */
  readonly hidden: ReadonlySet<string>;
}

/** All that serving keeps of a user for slates, read at once. */
export interface KeptUser extends SeenItems {
  /** What the user refuses; undefined where nothing is kept about it. */
  readonly refused: readonly Purpose[] | undefined;
  /** When the user was forgotten, if that ever happened: models from before may still know somebody of that id. */
  readonly forgottenAt: Date | undefined;
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

/** Knows what every user refuses. */
export interface UserDirectory {
  refusedBy(userId: string, waiting: Waiting): Promise<readonly Purpose[]>;
}

/** Tells whether slates may be personal to a user; throws where nobody can say. */
export interface ConsentReader {
  agreementOf(userId: string, waiting: Waiting): Promise<Agreement>;
}

/** Writes what users have seen. Applying a change again changes nothing, and a later hiding is never undone by an earlier one. */
export interface SeenItemsWriter {
  apply(changes: readonly SeenChange[]): Promise<void>;
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

/** What people did in the last hours, without any model: the last fallback. */
export interface RecentPopularity {
  /** Best first. Answers from this process's copy when the store behind it cannot be asked. */
  top(count: number, waiting: Waiting): Promise<readonly ScoredItem[]>;
}

/** Counts what people do. An event that is recorded again counts once. */
export interface PopularityCounter {
  record(partition: number, events: readonly UserEvent[]): Promise<void>;
}

/** A model that was asked for items. */
export interface ModelAnswer {
  /** Best first. */
  readonly items: readonly ScoredItem[];
  /** False where the model has never heard of whom or what it was asked about; `items` is empty then. */
  readonly isKnown: boolean;
}

/** A model in memory, borrowed for one request: it stays loaded until it is given back. */
export interface BorrowedModel extends Disposable {
  readonly ref: ModelRef;
  readonly itemCount: number;
  /** When its training was asked for: it knows nothing that came to be known, or was forgotten, later. */
  readonly trainedAt: Date;
  /** What the user would like, seen or not. */
  forUser(userId: string, count: number, waiting: Waiting): Promise<ModelAnswer>;
  /** Items like an item, by cosine. */
  similarTo(itemId: string, count: number, waiting: Waiting): Promise<ModelAnswer>;
  /** What is popular with everybody. */
  popular(count: number, waiting: Waiting): Promise<ModelAnswer>;
}

/** What a model is for; the trainer says so in the artifact. */
export type ModelKind = 'als' | 'popularity';

/** Lends the models that serve. */
export interface ModelShelf {
  borrow(kind: ModelKind): BorrowedModel | undefined;
}

/** A model that serves, for operators. */
export interface LoadedModel {
  readonly ref: ModelRef;
  readonly kind: string;
  readonly loadedAt: Date;
  readonly itemCount: number;
  readonly userCount: number;
  readonly callCount: number;
}

/** An artifact that does not serve, and why. */
export interface RefusedArtifact {
  readonly ref: ModelRef;
  readonly refusedAt: Date;
  readonly problem: AppError;
}

/** Puts models on the shelf. */
export interface ModelLoader {
  /** Reads, verifies and warms the artifact, then swaps it in; throws and leaves everything as it was when anything is wrong. */
  load(ref: ModelRef, waiting: Waiting): Promise<void>;
  loaded(): readonly LoadedModel[];
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
  inProduction(waiting: Waiting): Promise<readonly ModelRef[]>;
}

/** Takes decision records to the event log. It never waits. */
export interface DecisionPublisher {
  /** False where the record cannot be kept because too many are waiting. */
  publish(decision: Decision): boolean;
  readonly isFull: boolean;
}
