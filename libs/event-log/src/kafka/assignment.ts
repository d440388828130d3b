import { deadLetterHeaders, deadLetterTopic } from '../dead-letters';
import { DeliveryStopped, deliver, type PartitionSink } from '../delivery/deliver';
import { sleep } from '../delivery/sleep';
import type { DeliveredRecord, EventLogLogger, EventRecord, SubscribeOptions } from '../port';

const DEFAULT_MAX_BATCH = 500;
const RETRY_AFTER_ERROR_MS = 200;
const COMMIT_LIMIT_WHEN_STOPPING_MS = 1_500;
/** The broker's ways to say that the partition is not ours any more; the consumer joins again and reads from the last commit. */
const LOST = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** What handling the partitions of one assignment needs. */
export interface AssignmentInput {
  readonly options: SubscribeOptions;
  readonly stopping: AbortSignal;
  readonly logger: EventLogLogger;
  readonly append: (topic: string, records: readonly EventRecord[]) => Promise<void>;
  readonly onStall: () => void;
  /** Something failed that cannot be mended within this assignment. */
  readonly onBroken: () => void;
}

/** Commits the offset after a record. */
export type CommitOffset = (partition: number, nextOffset: string) => Promise<void>;

/** The partitions that the group gave to one consumer between two rebalances, and the work on them. */
export class Assignment {
  private readonly abandoned = new AbortController();
  private readonly work = new Map<number, Promise<void>>();
  /** Calls of whoever waits for a partition that has begun to retry. */
  private readonly onFailure = new Map<number, () => void>();

  constructor(private readonly input: AssignmentInput) {}

  /** Handles and commits records of one partition; `slow` resolves early when the partition has begun to retry. */
  handle(records: readonly DeliveredRecord[], commit: CommitOffset): { done: Promise<void>; slow: Promise<void> } {
    const partition = records[0]!.partition;
    const slow = new Promise<void>((resolve) => this.onFailure.set(partition, resolve));
    const before = this.work.get(partition) ?? Promise.resolve();
    const done = before.then(() => this.handleAll(records, commit));
    this.work.set(partition, done);
    return { done, slow };
  }

  /** Resolves when no work is left. */
  async idle(): Promise<void> {
    await Promise.all(this.work.values());
  }

  /** Gives up at once: what is in hand is not committed. */
  abandon(why: string): void {
    this.abandoned.abort(new DeliveryStopped(why));
  }

  private async handleAll(records: readonly DeliveredRecord[], commit: CommitOffset): Promise<void> {
    const { options, logger } = this.input;
    const size = options.maxBatch ?? DEFAULT_MAX_BATCH;
    try {
      for (let i = 0; i < records.length; i += size) {
        if (this.input.stopping.aborted || this.abandoned.signal.aborted) return;
        await this.deliver(records.slice(i, i + size), commit);
      }
    } catch (error) {
      if (error instanceof DeliveryStopped) return;
      const { topic, group } = options;
      logger.error(
        { err: error, topic, group, partition: records[0]!.partition },
        'a consumer failed and begins again',
      );
      this.input.onBroken();
    }
  }

  private deliver(batch: readonly DeliveredRecord[], commit: CommitOffset): Promise<void> {
    const { options, stopping, logger, onStall } = this.input;
    return deliver(batch, {
      options,
      sink: this.sink(commit),
      signal: this.abandoned.signal,
      stopping,
      logger,
      headersOfDeadLetter: (record, reason, attempts) =>
        deadLetterHeaders({ record, group: options.group, reason, attempts }),
      onFailure: () => this.onFailure.get(batch[0]!.partition)?.(),
      onStall,
    });
  }

  private sink(commit: CommitOffset): PartitionSink {
    return {
      commit: (last) => this.persistently(() => commit(last.partition, String(BigInt(last.position) + 1n))),
      deadLetter: async (record, headers) => {
        const letter = { key: record.key, value: record.value, headers };
        await this.persistently(() => this.input.append(deadLetterTopic(record.topic), [letter]));
        return true;
      },
    };
  }

  /** Repeats until the broker answers, the partition is lost, or the consumer gives up. */
  private async persistently(step: () => Promise<void>): Promise<void> {
    for (;;) {
      this.abandoned.signal.throwIfAborted();
      try {
        return await this.unlessStopped(step());
      } catch (error) {
        if (error instanceof DeliveryStopped) throw error;
        if (LOST.has(String((error as { type?: unknown }).type))) throw new DeliveryStopped('the partition is lost');
        const { topic, group } = this.input.options;
        this.input.logger.warn({ err: error, topic, group }, 'Kafka did not take a commit: trying again');
        await sleep(RETRY_AFTER_ERROR_MS, this.abandoned.signal);
      }
    }
  }

  /** A consumer that stops waits a moment for the broker, not for as long as kafkajs tries. */
  private unlessStopped(step: Promise<void>): Promise<void> {
    const { stopping } = this.input;
    return new Promise((resolve, reject) => {
      const onStop = async () => {
        await sleep(COMMIT_LIMIT_WHEN_STOPPING_MS);
        reject(new DeliveryStopped('Kafka did not answer while the consumer stopped'));
      };
      if (stopping.aborted) void onStop();
      else stopping.addEventListener('abort', onStop, { once: true });
      step.then(resolve, reject).finally(() => stopping.removeEventListener('abort', onStop));
    });
  }
}
