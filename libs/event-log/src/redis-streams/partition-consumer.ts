import { AppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { deadLetterHeaders, deadLetterTopic } from '../dead-letters';
import { DeliveryStopped, deliver, type PartitionSink } from '../delivery/deliver';
import { sleep } from '../delivery/sleep';
import { partitionOf } from '../partition-of';
import type { DeliveredRecord, EventLogLogger, SubscribeOptions } from '../port';
import type { GroupKeys, LogKeys } from './keys';
import { packBatches } from './pack-batches';
import { PartitionReader } from './partition-reader';
import { type Position, parsePosition } from './positions';
import { COMMIT, DEAD_LETTER } from './scripts';

const DEFAULT_MAX_BATCH = 500;
const DEFAULT_MAX_WAIT_MS = 5_000;
/** How long a handler may go on after its consumer was told to stop. */
const STOP_GRACE_MS = 10_000;
const RETRY_AFTER_ERROR_MS = 200;

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

  async commit(last: DeliveredRecord): Promise<void> {
    const { lease, position, dead } = this.groupKeys;
    await this.fenced(() => this.input.redis.eval(COMMIT, 3, lease, position, dead, this.token, last.position));
  }

  async deadLetter(record: DeliveredRecord, headers: Readonly<Record<string, string>>): Promise<void> {
    const { keys, deadLetterPartitions } = this.input;
    const topic = deadLetterTopic(record.topic);
    const partition = partitionOf(record.key, deadLetterPartitions);
    const { lease, dead } = this.groupKeys;
    const names = [lease, dead, keys.stream(topic, partition), keys.count(topic, partition)];
    const [letter] = packBatches([{ ...record, headers }]);
    const args = [this.token, record.position, letter!.bytes];
    await this.fenced(() => this.input.redis.eval(DEAD_LETTER, names.length, ...names, ...args));
  }

  /** Repeats a script until Redis answers: it is idempotent, and only a lost lease or a stop makes it pointless. */
  private async fenced(script: () => Promise<unknown>): Promise<void> {
    for (;;) {
      this.abandoned.signal.throwIfAborted();
      try {
        if (Number(await script()) === 1) return;
      } catch (error) {
        this.input.logger.warn({ err: error, ...this.facts() }, 'Redis did not answer a commit: trying again');
        await sleep(RETRY_AFTER_ERROR_MS, this.abandoned.signal);
        continue;
      }
      this.abandon('the lease of the partition is lost');
    }
  }

  private async run(): Promise<void> {
    try {
      this.reader.beginAfter(await this.startingPosition());
      while (!this.stopping.signal.aborted) {
        const batch = await this.read();
        if (batch.length > 0) await this.deliver(batch);
      }
    } catch (error) {
      if (error instanceof DeliveryStopped) return;
      this.input.logger.error({ err: error, ...this.facts() }, 'the consumer of a partition failed and begins again');
    } finally {
      this.reader.close();
    }
  }

  private async startingPosition(): Promise<Position> {
    const stored = await this.input.redis.get(this.groupKeys.position);
    if (stored === null) {
      throw new AppError('internal.event_log', 'the position of a group is missing: was the log emptied under it?');
    }
    return parsePosition(stored);
  }

  private async read(): Promise<DeliveredRecord[]> {
    try {
      return await this.reader.next();
    } catch (error) {
      this.input.logger.warn({ err: error, ...this.facts() }, 'a read of the event log failed: trying again');
      await sleep(RETRY_AFTER_ERROR_MS, this.stopping.signal);
      return [];
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

  private facts(): object {
    const { options, partition } = this.input;
    return { topic: options.topic, group: options.group, partition };
  }
}
