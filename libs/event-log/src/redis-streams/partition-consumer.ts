import { AppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { deadLetterHeaders, deadLetterTopic } from '../dead-letters';
import { DeliveryStopped, deliver, type PartitionSink } from '../delivery/deliver';
import { sleep } from '../delivery/sleep';
import { partitionOf } from '../partition-of';
import type { DeliveredRecord, EventLogLogger, SubscribeOptions } from '../port';
import type { GroupKeys, LogKeys } from './keys';
import { packBatches } from './pack-batches';
import { PartitionReader, type ReadRecords } from './partition-reader';
import { parsePosition } from './positions';
import { COMMIT, DEAD_LETTER } from './scripts';
import { stillThere } from './still-there';

const DEFAULT_MAX_BATCH = 500;
const DEFAULT_MAX_WAIT_MS = 5_000;
/** How long a handler may go on after its consumer was told to stop. */
const STOP_GRACE_MS = 10_000;
const RETRY_AFTER_ERROR_MS = 200;
const NONE: ReadonlySet<string> = new Set();

/** What a consumer of one partition needs. */
export interface PartitionConsumerInput {
  readonly redis: Redis;
  readonly connect: () => Redis;
  readonly keys: LogKeys;
  readonly options: SubscribeOptions;
  readonly partition: number;
  readonly deadLetterPartitions: number;
  /** Fencing token of the lease: whoever holds another one may not commit. */
  readonly token: string;
  readonly logger: EventLogLogger;
  readonly onRestart: () => void;
}

/** Reads, delivers and commits one partition for as long as its lease is held. */
export class PartitionConsumer implements PartitionSink {
  readonly token: string;
  /** Resolves when the consumer has ended, for whatever reason. */
  readonly done: Promise<void>;
  private readonly stopping = new AbortController();
  private readonly abandoned = new AbortController();
  private readonly groupKeys: GroupKeys;
  private readonly reader: PartitionReader;
  /** The number of erasures in the partition before the records in memory were read. */
  private erasures = '0';
  /** Whether the reader may hold records that were erased since. */
  private isReaderStale = false;

  constructor(private readonly input: PartitionConsumerInput) {
    const { options, partition, keys, connect, logger } = input;
    this.token = input.token;
    this.groupKeys = keys.ofGroup(options.topic, partition, options.group);
    this.reader = new PartitionReader({
      connect,
      stream: keys.stream(options.topic, partition),
      topic: options.topic,
      partition,
      maxBatch: options.maxBatch ?? DEFAULT_MAX_BATCH,
      maxWaitMs: options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS,
      logger,
      onHung: input.onRestart,
    });
    this.done = this.run();
  }

  /** Whether the consumer was told to end. */
  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Lets the batch in hand finish and commit; after a grace period its handler is abandoned. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.reader.close();
    const grace = setTimeout(() => this.abandon('the consumer was stopped'), STOP_GRACE_MS);
    await this.done;
    clearTimeout(grace);
  }

  /** Gives up at once: what is in hand is not committed. */
  abandon(why: string): void {
    this.stopping.abort();
    this.reader.close();
    this.abandoned.abort(new DeliveryStopped(why));
  }

  async commit(last: Pick<DeliveredRecord, 'position'>): Promise<void> {
    const { lease, position, dead } = this.groupKeys;
    const names = [lease, position, dead, this.erasuresKey];
    const script = () => this.input.redis.eval(COMMIT, names.length, ...names, this.token, last.position);
    const erasures = String((await this.fenced(script)) - 1);
    if (erasures !== this.erasures) this.isReaderStale = true;
  }

  async deadLetter(record: DeliveredRecord, headers: Readonly<Record<string, string>>): Promise<boolean> {
    const { keys, deadLetterPartitions } = this.input;
    const topic = deadLetterTopic(record.topic);
    const partition = partitionOf(record.key, deadLetterPartitions);
    const { lease, dead } = this.groupKeys;
    const names = [lease, dead, keys.stream(topic, partition), keys.count(topic, partition), this.erasuresKey];
    const [letter] = packBatches([{ ...record, headers }]);
    for (;;) {
      const { erased, erasures } = await this.lookForErased([record]);
      if (erased.size > 0) return false;
      const args = [this.token, record.position, letter!.bytes, erasures];
      // an erasure that came in between makes the script refuse the record
      if ((await this.fenced(() => this.input.redis.eval(DEAD_LETTER, names.length, ...names, ...args))) === 1)
        return true;
    }
  }

  async erasedAmong(records: readonly DeliveredRecord[]): Promise<ReadonlySet<string>> {
    return (await this.lookForErased(records)).erased;
  }

  /** Which of the records were erased since they were read, and after how many erasures of the partition that holds. */
  private async lookForErased(records: readonly DeliveredRecord[]) {
    const { redis } = this.input;
    const erasures = await this.untilAnswered(async () => (await redis.get(this.erasuresKey)) ?? '0');
    if (erasures === this.erasures) return { erased: NONE, erasures };
    const left = await this.untilAnswered(() => stillThere(redis, this.stream, records));
    const gone = records.map(({ position }) => position).filter((position) => !left.has(position));
    return { erased: new Set(gone), erasures };
  }

  /** Repeats a script until Redis answers: it is idempotent, and only a lost lease or a stop makes it pointless. */
  private async fenced(script: () => Promise<unknown>): Promise<number> {
    const answer = Number(await this.untilAnswered(script));
    if (answer === 0) this.abandon('the lease of the partition is lost');
    this.abandoned.signal.throwIfAborted();
    return answer;
  }

  private async untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      this.abandoned.signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        this.input.logger.warn({ err: error, ...this.facts() }, 'Redis did not answer a consumer: trying again');
        await sleep(RETRY_AFTER_ERROR_MS, this.abandoned.signal);
      }
    }
  }

  private async run(): Promise<void> {
    try {
      await this.begin();
      while (!this.stopping.signal.aborted) {
        const { records, upTo } = await this.read();
        if (records.length > 0) await this.deliver(records);
        if (upTo !== undefined) await this.commit({ position: upTo });
        if (this.isReaderStale) await this.begin();
      }
    } catch (error) {
      if (error instanceof DeliveryStopped) return;
      this.input.logger.error({ err: error, ...this.facts() }, 'the consumer of a partition failed and begins again');
    } finally {
      this.reader.close();
    }
  }

  /** Reads on from where the group stands; what the reader has in memory is read again. */
  private async begin(): Promise<void> {
    const { redis } = this.input;
    const names = [this.erasuresKey, this.groupKeys.position];
    const [erasures, stored] = await this.untilAnswered(() => redis.mget(names));
    if (stored == null) {
      throw new AppError('internal.event_log', 'the position of a group is missing: was the log emptied under it?');
    }
    this.erasures = erasures ?? '0';
    this.isReaderStale = false;
    this.reader.beginAfter(parsePosition(stored));
  }

  private async read(): Promise<ReadRecords> {
    try {
      return await this.reader.next();
    } catch (error) {
      this.input.logger.warn({ err: error, ...this.facts() }, 'a read of the event log failed: trying again');
      await sleep(RETRY_AFTER_ERROR_MS, this.stopping.signal);
      return { records: [] };
    }
  }

  private deliver(batch: readonly DeliveredRecord[]): Promise<void> {
    const { options, logger, onRestart } = this.input;
    return deliver(batch, {
      options,
      sink: this,
      signal: this.abandoned.signal,
      stopping: this.stopping.signal,
      logger,
      headersOfDeadLetter: (record, reason, attempts) =>
        deadLetterHeaders({ record, group: options.group, reason, attempts }),
      onStall: onRestart,
    });
  }

  private get stream(): string {
    return this.input.keys.stream(this.input.options.topic, this.input.partition);
  }

  private get erasuresKey(): string {
    return this.input.keys.erasures(this.input.options.topic, this.input.partition);
  }

  private facts(): object {
    const { options, partition } = this.input;
    return { topic: options.topic, group: options.group, partition };
  }
}
