import type { ConsentChange, Purpose, SlateConsent } from './domain/consent';
import type { Erasure, ErasureOutcome } from './domain/erasure';
import type { Deed } from './domain/observations';
import type { RecentChange } from './domain/recent-changes';
import type { RelationChange, Relations } from './domain/relations';
import type { SeenChange } from './domain/seen-changes';
import type { Waiting } from './ports';

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

/** Tells whether slates may be personal to a user, and whether something may be tried on them; throws where nobody can say. */
export interface ConsentReader {
  consentOf(userId: string, waiting: Waiting): Promise<SlateConsent>;
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

/** An item that people liked whom the user follows. */
export interface SocialProof {
  readonly item: number;
  /** The strength of what they did, what is longer ago counting less. */
  readonly score: number;
  /** How many of them. */
  readonly people: number;
}

/** Knows what those whom a user follows did lately. */
export interface SocialReader {
  /** Best first, at most `count`; empty where the user follows nobody. */
  likedByFollowed(userId: string, count: number, waiting: Waiting): Promise<readonly SocialProof[]>;
}

/** What may be told now of what people did, best first, and of whom that is. */
export interface ToldProof {
  readonly proofs: readonly SocialProof[];
  readonly people: readonly string[];
}
