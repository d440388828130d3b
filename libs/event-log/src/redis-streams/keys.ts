import { originOfDeadLetters } from '../dead-letters';

/**
 * The Redis keys of one event log. A topic and its dead letters share a hash tag, so that in a Redis Cluster one script can move a
 * record from one to the other.
 */
export class LogKeys {
  private readonly prefix: string;

  constructor(topicPrefix: string) {
    this.prefix = topicPrefix === '' ? 'log:' : `${topicPrefix}:log:`;
  }

  /** Hash of topic name to its number of partitions and retention. */
  topics(): string {
    return `${this.prefix}topics`;
  }

  /** The stream of one partition. */
  stream(topic: string, partition: number): string {
    return `${this.base(topic)}:${partition}`;
  }

  /** How many records were ever appended to one partition. */
  count(topic: string, partition: number): string {
    return `${this.stream(topic, partition)}:count`;
  }

  /** How often records of one partition were erased: whoever holds records in memory looks at it. */
  erasures(topic: string, partition: number): string {
    return `${this.stream(topic, partition)}:erasures`;
  }

  /** What an erasure of one partition works with: the token of who does it, and the stream that will take the old one's place. */
  ofErasure(topic: string, partition: number): ErasureKeys {
    const of = (kind: string) => `${this.stream(topic, partition)}:erasing:${kind}`;
    return { lock: of('lock'), rewritten: of('rewritten') };
  }

  /** Sorted set of a group's live members by the time they are taken for dead. */
  members(topic: string, group: string): string {
    return `${this.base(topic)}:members:${group}`;
  }

  /** The keys of one group in one partition. */
  ofGroup(topic: string, partition: number, group: string): GroupKeys {
    const of = (kind: string) => `${this.stream(topic, partition)}:${kind}:${group}`;
    return { lease: of('lease'), epoch: of('epoch'), position: of('position'), dead: of('dead') };
  }

  private base(topic: string): string {
    const origin = originOfDeadLetters(topic);
    return origin === undefined ? `${this.prefix}{${topic}}` : `${this.prefix}{${origin}}.dlq`;
  }
}

/** The keys of an erasure in one partition. */
export interface ErasureKeys {
  readonly lock: string;
  readonly rewritten: string;
}

/** The keys of one group in one partition. */
export interface GroupKeys {
  /** Token of the consumer that may commit; expires when it is not renewed. */
  readonly lease: string;
  /** Counts leases, so that no two tokens are ever equal. */
  readonly epoch: string;
  /** Where the group stands: see `Position`. */
  readonly position: string;
  /** Positions after the group's own that are already in the dead-letter topic. */
  readonly dead: string;
}
