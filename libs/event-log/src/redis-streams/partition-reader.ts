import type { Redis } from 'ioredis';
import type { DeliveredRecord, EventLogLogger } from '../port';
import { idToReadAfter, type Position, positionText } from './positions';
import { ReadSize } from './read-size';
import { endOf, idOf, type RawEntry, recordsOf } from './stream-entry';

/** A blocked read that is this late after its own time-out hangs on a dead connection. */
const HUNG_AFTER_MS = 10_000;

/** What a reader of one partition needs. */
interface PartitionReaderInput {
  readonly connect: () => Redis;
  readonly stream: string;
  readonly topic: string;
  readonly partition: number;
  readonly maxBatch: number;
  readonly maxWaitMs: number;
  readonly logger: EventLogLogger;
  readonly onHung: () => void;
}

/** What one read gives. */
export interface ReadRecords {
  readonly records: readonly DeliveredRecord[];
  /** Where the partition is read up to, when what comes after the last of the records was erased. */
  readonly upTo?: string;
}

/**
 * Reads one partition, record after record, over a connection of its own, because a blocking read holds up whatever else shares
 * the connection.
 */
export class PartitionReader {
  private connection: Redis;
  private isClosed = false;
  /** Ends the read under way. */
  private endRead = () => {};
  private readonly size = new ReadSize();
  /** Records of entries that were read and are too many for one batch. */
  private waiting: DeliveredRecord[] = [];
  private begin: Position | undefined;
  private lastId = '0-0';
  /** Where the last entry ends that was read. */
  private end: Position | undefined;

  constructor(private readonly input: PartitionReaderInput) {
    this.connection = input.connect();
  }

  /** Makes the reader go on after a position. */
  beginAfter(position: Position): void {
    this.begin = position;
    this.lastId = idToReadAfter(position);
    this.waiting = [];
    this.end = undefined;
  }

  /** The next records, `maxBatch` at most; waits for some, and gives none when the wait ends or the reader is closed. */
  async next(): Promise<ReadRecords> {
    const { maxBatch } = this.input;
    if (this.waiting.length < maxBatch) await this.read(maxBatch - this.waiting.length);
    if (this.waiting.length > maxBatch) return { records: this.waiting.splice(0, maxBatch) };
    const records = this.waiting;
    this.waiting = [];
    const upTo = this.end === undefined ? undefined : positionText(this.end.id, this.end.ordinal);
    this.end = undefined;
    return upTo === undefined || upTo === records.at(-1)?.position ? { records } : { records, upTo };
  }

  /** Ends a read that waits, at once. */
  close(): void {
    this.isClosed = true;
    this.endRead();
    this.connection.disconnect();
  }

  /** Reads about so many records more, and waits for the first only if none is there yet. */
  private async read(records: number): Promise<void> {
    const { stream, topic, partition, maxWaitMs } = this.input;
    const block = this.waiting.length === 0 ? ['BLOCK', maxWaitMs] : [];
    const args = ['COUNT', this.size.entriesFor(records), ...block, 'STREAMS', stream, this.lastId];
    const entries = await this.answerOf(args);
    if (entries.length === 0) return;
    const read = entries.flatMap((entry) => recordsOf(entry, topic, partition, this.begin));
    this.size.learn(entries, read.length);
    this.waiting = this.waiting.length === 0 ? read : [...this.waiting, ...read];
    this.lastId = idOf(entries.at(-1)!);
    this.end = endOf(entries.at(-1)!);
  }

  private async answerOf(args: readonly (string | number)[]): Promise<readonly RawEntry[]> {
    const hung = setTimeout(() => this.reconnect(), this.input.maxWaitMs + HUNG_AFTER_MS);
    try {
      // a connection that is closed while it connects may never answer what waits in it
      const answer = this.connection.callBuffer('XREAD', ...args) as Promise<[Buffer, RawEntry[]][] | null>;
      // (Promise.race against a promise as long-lived as the reader would keep every reply for as long)
      const reply = await new Promise<Awaited<typeof answer>>((resolve, reject) => {
        this.endRead = () => resolve(null);
        if (this.isClosed) this.endRead();
        answer.then(resolve, reject);
      });
      return reply?.[0]?.[1] ?? [];
    } catch (error) {
      if (this.isClosed) return [];
      throw error;
    } finally {
      clearTimeout(hung);
    }
  }

  private reconnect(): void {
    const { logger, topic, partition, onHung } = this.input;
    logger.warn({ topic, partition }, 'a read of the event log hangs: connecting again');
    onHung();
    this.connection.disconnect();
    this.connection = this.input.connect();
  }
}
