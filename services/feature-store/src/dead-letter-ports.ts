import type { CallOptions } from './ports';

/** A record that a consumer group could not handle. */
export interface DeadLetter {
  /** Topic, partition and position of the dead letter itself. */
  readonly id: string;
  /** Where the record came from. */
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  /** Who could not handle it, why, and after how many attempts. */
  readonly group: string;
  readonly reason: string;
  readonly attempts: number;
  readonly diedAt: Date;
  /** The record as it was. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a page ended. */
export type DeadLetterPlace = readonly (string | number)[];

/** A page of dead letters, newest first. */
export interface DeadLetterPageQuestion extends CallOptions {
  readonly topics: readonly string[];
  readonly limit: number;
  readonly after: DeadLetterPlace | undefined;
  /** Keeps some of a few hundred letters. */
  readonly keep: (letters: readonly DeadLetter[]) => Promise<readonly DeadLetter[]>;
}

/** The dead letters of the event log. */
export interface DeadLetters {
  /** The topics that can have some. */
  readonly topics: readonly string[];
  list(question: DeadLetterPageQuestion): Promise<readonly DeadLetter[]>;
  placeOf(letter: DeadLetter): DeadLetterPlace;
  /** All of a topic; of one partition the oldest first. */
  read(topic: string, options?: CallOptions): AsyncIterable<DeadLetter>;
  /** The topic that an id names; refuses what is no id. */
  topicOf(id: string): string;
  /** Whether the records of a topic are keyed by what may be a user's id. */
  isKeyedByUser(topic: string): boolean;
  /** Appends the records of dead letters to the topic that they came from. */
  append(topic: string, letters: readonly DeadLetter[], options?: CallOptions): Promise<void>;
}

/** Which dead letters were appended again. */
export interface RedrivenDeadLetters {
  /** When; those that were not are absent. */
  redrivenAt(ids: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, Date>>;
  /**
   * Has those appended that were not yet, remembers them once that is done, and returns how many. Two callers never append the same
   * one; a caller that dies between the two makes it happen again, which consumers do not notice.
   */
  once(ids: readonly string[], append: (ids: ReadonlySet<string>) => Promise<void>): Promise<number>;
}
