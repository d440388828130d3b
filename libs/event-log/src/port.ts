import type { AppError } from '@attune/errors';

/** One record to append. Records of one key keep their order; `key` decides the partition. */
export interface EventRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One record as the log gives it back. */
export interface DeliveredRecord {
  readonly topic: string;
  readonly partition: number;
  /** Where the record lies in its partition: opaque, to be compared with nothing but itself. */
  readonly position: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** When the log took the record, by the log's own clock. */
  readonly appendedAt: Date;
}

/** A topic to create. The number of partitions is fixed for ever: it decides where every key lives. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** How long records are kept; without it they are kept for ever. */
  readonly retentionHours?: number;
}

/** How many records of one partition a group has still to handle. */
export interface PartitionLag {
  readonly partition: number;
  readonly records: number;
}

/** What a handler is given beside its batch. */
export interface HandleContext {
  readonly partition: number;
  /** Aborted when the watchdog gives up on the handler, when the partition moves to another consumer, or at a forced stop. */
  readonly signal: AbortSignal;
  /** Tells the watchdog that a long handler is still moving. */
  heartbeat(): void;
  /** Puts one record of the batch into the dead-letter topic; it is not delivered to this group again. */
  deadLetter(record: DeliveredRecord, reason: AppError): Promise<void>;
}

/** How one consumer of a group wants its records. */
export interface SubscribeOptions {
  readonly topic: string;
  readonly group: string;
  /** Where a group begins that has no position yet; a group that has one goes on from there. Default `start`. */
  readonly from?: 'start' | 'end' | Date;
  /** The most records in one call of `handle`. Default 500. */
  readonly maxBatch?: number;
  /** How long an idle read waits in the server before it asks again; it never delays a record. Default 5,000. */
  readonly maxWaitMs?: number;
  /** After so many failed attempts a record is dead-lettered; without it a retryable failure is retried for ever. */
  readonly maxAttempts?: number;
  /** A handler that neither finishes nor calls `heartbeat` for so long is aborted and its batch delivered again. Default 60,000. */
  readonly stallTimeoutMs?: number;
  /** Handles records of one partition, in order. The group's position moves only after it returns. */
  handle(batch: readonly DeliveredRecord[], context: HandleContext): Promise<void>;
}

/** A running consumer. Disposing it lets the batch in hand finish, commits it and gives the partitions back. */
export interface Subscription extends AsyncDisposable {
  /** How often the watchdog restarted a consumer that was alive but not moving. */
  readonly restarts: number;
  /** Resolves once everything appended before the call was handled and committed by the group. */
  caughtUp(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Which records of a topic to take out for ever. */
export interface ErasureOptions {
  /** A text that the records to take out have in their key, a header or their value: what does not have it is passed unread. */
  readonly mentions: string;
  /** Which of the records that mention it are taken out; all of them by default, and so also those that have it within a longer word. */
  readonly matches?: (record: DeliveredRecord) => boolean;
  /** Only look where the records of this key lie. */
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What became of the records that were to be erased. */
export interface Erased {
  /** How many records were taken out, dead letters included. */
  readonly count: number;
  /** Where single records cannot be taken out: by when the last of them has left with the retention of its topic. */
  readonly remainUntil?: Date;
}

/**
 * The fleet's log of events: fixed partitions, order per key, at-least-once delivery to named groups, replay, lag, headers and
 * dead letters. It promises no transactions, no compaction and no numeric offsets.
 */
export interface EventLog extends AsyncDisposable {
  readonly kind: 'redis-streams' | 'kafka';
  /** Whether `erase` takes single records out at once, or can only say when they leave with the retention of their topic. */
  readonly erases: 'records' | 'by_retention';
  /** Creates what is missing, with a dead-letter topic beside each; refuses a topic that has another number of partitions. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** Resolves when the log has all records. A failed append may have written some: append them again. */
  append(topic: string, records: readonly EventRecord[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Replays without a group, up to the end as of the call; in order within a partition, one order across them is not promised. */
  read(
    topic: string,
    options: { readonly from: 'start' | Date; readonly signal?: AbortSignal },
  ): AsyncIterable<DeliveredRecord>;
  /** One entry per partition. A group that never read a topic lags by everything in it. */
  lag(topic: string, group: string): Promise<readonly PartitionLag[]>;
  /**
   * Resolves once a group, whichever process it is in, has handled and committed everything appended before the call. A group
   * without any position has not begun, and is not waited for.
   */
  handled(topic: string, group: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Takes records that were appended before the call out of a topic and out of its dead letters. Afterwards nothing of them is
   * stored: no read, replay or delivery finds them, and a consumer that failed at one does not try it again or dead-letter it. Only
   * a handler that has one in hand at that moment may end with it. Everything else stays as it was: positions, order and lag, in
   * which an erased record counts until its group has passed it. An adapter that erases `by_retention` takes nothing out.
   */
  erase(topic: string, options: ErasureOptions): Promise<Erased>;
}

/** The part of a logger that the event log uses; a pino logger fits. */
export interface EventLogLogger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A logger that says nothing. */
export const SILENT_LOGGER: EventLogLogger = { debug() {}, info() {}, warn() {}, error() {} };
