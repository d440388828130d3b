import type { Redis } from 'ioredis';
import type { DeliveredRecord, EventLogLogger } from '../port';
import { type RawEntry, toDelivered } from './entry-codec';

/** Redis limits a read by count only: this bounds its bytes by the size of the records seen so far. */
const READ_BYTES = 8 * 1024 * 1024;
const FIRST_GUESS_RECORD_BYTES = 128 * 1024;
/** A blocked read that is this late after its own time-out hangs on a dead connection. */
const HUNG_AFTER_MS = 10_000;

/** Reads one partition over a connection of its own, because a blocking read holds up whatever else shares the connection. */
export class PartitionReader {
  private connection: Redis;
  private recordBytes = FIRST_GUESS_RECORD_BYTES;
  private isClosed = false;
  private readonly closed = Promise.withResolvers<null>();

  constructor(
    private readonly input: {
      readonly connect: () => Redis;
      readonly stream: string;
      readonly topic: string;
      readonly partition: number;
      readonly maxBatch: number;
      readonly maxWaitMs: number;
      readonly logger: EventLogLogger;
      readonly onHung: () => void;
    },
  ) {
    this.connection = input.connect();
  }

  /** The records after `position`; waits for some, and gives none when the wait ends or the reader is closed. */
  async next(position: string): Promise<DeliveredRecord[]> {
    const { stream, topic, partition, maxBatch, maxWaitMs } = this.input;
    const count = Math.max(1, Math.min(maxBatch, Math.floor(READ_BYTES / this.recordBytes)));
    const hung = setTimeout(() => this.reconnect(), maxWaitMs + HUNG_AFTER_MS);
    try {
      const args = ['COUNT', count, 'BLOCK', maxWaitMs, 'STREAMS', stream, position];
      // a connection that is closed while it connects may never answer what waits in it
      const answer = this.connection.callBuffer('XREAD', ...args) as Promise<[Buffer, RawEntry[]][] | null>;
      const reply = await Promise.race([answer, this.closed.promise]);
      const records = (reply?.[0]?.[1] ?? []).map((entry) => toDelivered(entry, topic, partition));
      this.learnSize(records);
      return records;
    } catch (error) {
      if (this.isClosed) return [];
      throw error;
    } finally {
      clearTimeout(hung);
    }
  }

  /** Ends a read that waits, at once. */
  close(): void {
    this.isClosed = true;
    this.closed.resolve(null);
    this.connection.disconnect();
  }

  private learnSize(records: readonly DeliveredRecord[]): void {
    if (records.length === 0) return;
    const bytes = records.reduce((sum, record) => sum + record.value.length + record.key.length + 64, 0);
    this.recordBytes = bytes / records.length;
  }

  private reconnect(): void {
    const { logger, topic, partition, onHung } = this.input;
    logger.warn({ topic, partition }, 'a read of the event log hangs: connecting again');
    onHung();
    this.connection.disconnect();
    this.connection = this.input.connect();
  }
}
