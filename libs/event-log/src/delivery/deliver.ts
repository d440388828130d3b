import { type AppError, isAppError, ruleOf, toAppError } from '@attune/errors';
import { attempted, deadLettered, handled } from '../log-telemetry';
import type { DeliveredRecord, EventLogLogger, SubscribeOptions } from '../port';
import { withConsumerSpan } from '../tracing';
import { backoffMs, sleep } from './sleep';
import { StallError, watch } from './watchdog';

/** What an adapter does for the shared delivery: both must fail once the partition belongs to another consumer. */
export interface PartitionSink {
  /** Makes the last record, and all records up to it, handled for the group. */
  commit(last: DeliveredRecord): Promise<void>;
  /** Puts one record into the dead-letter topic; false when it was erased from the log meanwhile, and so from everywhere. */
  deadLetter(record: DeliveredRecord, headers: Readonly<Record<string, string>>): Promise<boolean>;
  /** The positions of those records that were erased since they were read; where it is missing, records are never erased. */
  erasedAmong?(records: readonly DeliveredRecord[]): Promise<ReadonlySet<string>>;
}

/** Everything that delivering one batch needs. */
export interface Delivery {
  readonly options: SubscribeOptions;
  readonly sink: PartitionSink;
  /** Abandons the handler at once. */
  readonly signal: AbortSignal;
  /** No further attempt begins, the one in hand may finish. */
  readonly stopping: AbortSignal;
  readonly logger: EventLogLogger;
  headersOfDeadLetter(record: DeliveredRecord, reason: AppError, attempts: number): Record<string, string>;
  onFailure?(): void;
  onStall(): void;
}

/** The consumer stops before the batch is handled: nothing is committed and the records are delivered again later. */
export class DeliveryStopped extends Error {
  override readonly name = 'DeliveryStopped';
}

const DEFAULT_STALL_TIMEOUT_MS = 60_000;

/**
 * Delivers a batch until it is handled and committed. Retryable failures are retried with growing waits; on a failure that can
 * never succeed the records are delivered one by one, and the one that fails again is dead-lettered.
 */
export async function deliver(batch: readonly DeliveredRecord[], delivery: Delivery): Promise<void> {
  const attempt = new BatchAttempts(delivery);
  if (await attempt.handled(batch)) await delivery.sink.commit(batch.at(-1)!);
  else {
    for (const record of batch) {
      await attempt.handleAlone(record);
      await delivery.sink.commit(record);
    }
  }
  handled(batch, delivery.options.group);
}

class BatchAttempts {
  /** Positions of records that are in the dead-letter topic or were erased: not delivered again. */
  private readonly settled = new Set<string>();
  private hasFailed = false;

  constructor(private readonly delivery: Delivery) {}

  /** Whether the batch was handled as a whole; false when its records must be tried one by one. */
  async handled(batch: readonly DeliveredRecord[]): Promise<boolean> {
    if (batch.length === 1) {
      await this.handleAlone(batch[0]!);
      return true;
    }
    return (await this.tryUntilDecided(batch)) === undefined;
  }

  async handleAlone(record: DeliveredRecord): Promise<void> {
    const verdict = await this.tryUntilDecided([record]);
    if (verdict !== undefined) await this.bury(record, verdict.reason, verdict.attempts);
  }

  /** Retries until the records are handled (`undefined`) or a failure is final. */
  private async tryUntilDecided(
    records: readonly DeliveredRecord[],
  ): Promise<{ reason: AppError; attempts: number } | undefined> {
    const { options, signal, stopping, logger } = this.delivery;
    for (let attempts = 1; ; attempts += 1) {
      if (this.hasFailed && !stopping.aborted) await this.passErased(records);
      const isWhole = this.settled.size === 0;
      const remaining = isWhole ? records : records.filter((record) => !this.settled.has(record.position));
      if (remaining.length === 0) return undefined;
      if (stopping.aborted) throw new DeliveryStopped();
      const startedAtMs = performance.now();
      try {
        await this.once(remaining, attempts);
        attempted(remaining, options.group, startedAtMs);
        return undefined;
      } catch (error) {
        signal.throwIfAborted();
        attempted(remaining, options.group, startedAtMs, error);
        this.hasFailed = true;
        const isFinal = isAppError(error) && ruleOf(error.code)?.onConsume === 'dead_letter';
        if (isFinal || attempts >= (options.maxAttempts ?? Number.POSITIVE_INFINITY)) {
          return { reason: toAppError(error), attempts };
        }
        if (error instanceof StallError) this.delivery.onStall();
        const { topic, group } = options;
        const waitMs = backoffMs(attempts);
        logger.warn({ err: error, topic, group, partition: records[0]!.partition, attempts, waitMs }, 'handler failed');
        this.delivery.onFailure?.();
        await sleep(waitMs, stopping);
      }
    }
  }

  private once(records: readonly DeliveredRecord[], attempts: number): Promise<void> {
    const { options, signal } = this.delivery;
    const partition = records[0]!.partition;
    const stallTimeoutMs = options.stallTimeoutMs ?? DEFAULT_STALL_TIMEOUT_MS;
    return withConsumerSpan(records, options.group, () =>
      watch(
        ({ signal: handlerSignal, heartbeat, isLive }) =>
          options.handle(records, {
            partition,
            signal: handlerSignal,
            heartbeat,
            deadLetter: async (record, reason) => {
              if (isLive()) await this.bury(record, reason, attempts);
            },
          }),
        { stallTimeoutMs, signal },
      ),
    );
  }

  /** What was erased while a batch waited for its next attempt is in nobody's hands but ours. */
  private async passErased(records: readonly DeliveredRecord[]): Promise<void> {
    for (const position of (await this.delivery.sink.erasedAmong?.(records)) ?? []) this.settled.add(position);
  }

  private async bury(record: DeliveredRecord, reason: AppError, attempts: number): Promise<void> {
    if (this.settled.has(record.position)) return;
    const { sink, logger, options } = this.delivery;
    const isBuried = await sink.deadLetter(record, this.delivery.headersOfDeadLetter(record, reason, attempts));
    this.settled.add(record.position);
    if (!isBuried) return;
    const { topic, group } = options;
    deadLettered(topic, group);
    logger.error(
      { err: reason, topic, group, partition: record.partition, position: record.position },
      'dead-lettered',
    );
  }
}
