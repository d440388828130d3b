import type { Redis } from 'ioredis';
import { deadLetterHeaders } from '../dead-letters';
import { DeliveryStopped, deliver } from '../delivery/deliver';
import { sleep } from '../delivery/sleep';
import type { DeliveredRecord, EventLogLogger, SubscribeOptions } from '../port';
import { GroupProgress } from './group-progress';
import type { LogKeys } from './keys';
import { PartitionReader, type ReadRecords } from './partition-reader';

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
export class PartitionConsumer {
  readonly token: string;
  /** Resolves when the consumer has ended, for whatever reason. */
  readonly done: Promise<void>;
  private readonly stopping = new AbortController();
  private readonly abandoned = new AbortController();
  private readonly progress: GroupProgress;
  private readonly reader: PartitionReader;

  constructor(private readonly input: PartitionConsumerInput) {
    const { options, partition, keys, connect, logger } = input;
    this.token = input.token;
    this.progress = new GroupProgress({
      ...input,
      abandoned: this.abandoned.signal,
      onLeaseLost: () => this.abandon('the lease of the partition is lost'),
    });
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

  private async run(): Promise<void> {
    try {
      this.reader.beginAfter(await this.progress.begin());
      while (!this.stopping.signal.aborted) {
        const { records, upTo } = await this.read();
        if (records.length > 0) await this.deliver(records);
        if (upTo !== undefined) await this.progress.commit({ position: upTo });
        if (this.progress.isStale) this.reader.beginAfter(await this.progress.begin());
      }
    } catch (error) {
      if (error instanceof DeliveryStopped) return;
      this.input.logger.error({ err: error, ...this.facts() }, 'the consumer of a partition failed and begins again');
    } finally {
      this.reader.close();
    }
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
      sink: this.progress,
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
