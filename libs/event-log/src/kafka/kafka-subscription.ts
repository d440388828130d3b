import { AppError } from '@attune/errors';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { sleep, within } from '../delivery/sleep';
import type { EventLogLogger, EventRecord, SubscribeOptions, Subscription } from '../port';
import { untraced } from '../tracing';
import { Assignment } from './assignment';
import { type KafkaNames, toDelivered } from './kafka-client';
import { committedOffsets, endsOf, offsetsAt } from './offsets';

/** A silent consumer is taken for dead after this; kafkajs's own default leaves its partitions unread for half a minute. */
const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 15_000;
const HEARTBEAT_INTERVAL_MS = 1_500;
/** Idle fetches wait in the broker; a paused partition is looked at again this soon, too. */
const MAX_FETCH_WAIT_MS = 250;
const MAX_BYTES_PER_PARTITION = 4 * 1024 * 1024;
/**
 * kafkajs fetches again from a broker only when all batches of the last fetch are done, so one slow partition would hold up the
 * others: after this long a partition is paused and its batch handled aside.
 */
const ASIDE_AFTER_MS = 300;
/** kafkajs can stop fetching without a word: it is replaced when it has not fetched for so long. */
const SILENCE_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 10_000;
const DISCONNECT_LIMIT_MS = 3_000;
const CAUGHT_UP_POLL_MS = 40;

/** What a subscription needs. */
export interface KafkaSubscriptionInput {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly names: KafkaNames;
  readonly options: SubscribeOptions;
  readonly logger: EventLogLogger;
  readonly append: (topic: string, records: readonly EventRecord[]) => Promise<void>;
  readonly onClose: (subscription: KafkaSubscription) => void;
}

/** One member of a consumer group. */
export class KafkaSubscription implements Subscription {
  restarts = 0;
  private readonly stopping = new AbortController();
  private consumer!: Consumer;
  private assignment: Assignment;
  private fetchedAt = performance.now();
  /** Partitions that gave us records: their position is the group's own from then on. */
  private readonly hasBegun = new Set<number>();
  /** Whether the consumer is being started or replaced; what kafkajs says of it meanwhile is looked at when that is done. */
  private isStarting = false;
  private hasCrashed = false;
  private supervisor: NodeJS.Timeout | undefined;

  private constructor(
    private readonly input: KafkaSubscriptionInput,
    /** Where partitions begin that the group had no position for when we subscribed. */
    private readonly begins: ReadonlyMap<number, bigint>,
  ) {
    this.assignment = this.newAssignment();
  }

  /** Joins the group; the first assignment is known when this returns. */
  static async start(input: KafkaSubscriptionInput): Promise<KafkaSubscription> {
    const { admin, names, options } = input;
    const topic = names.of(options.topic);
    const begins = await offsetsAt(admin, topic, options.from ?? 'start');
    const committed = await committedOffsets(admin, names.ofGroup(options.group, options.topic), topic);
    for (const partition of committed.keys()) begins.delete(partition);
    const subscription = new KafkaSubscription(input, begins);
    await untraced(() => subscription.begin());
    subscription.supervisor = setInterval(() => subscription.supervise(), SILENCE_LIMIT_MS / 10).unref();
    return subscription;
  }

  async caughtUp({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { admin, names, options } = this.input;
    const topic = names.of(options.topic);
    const ends = await endsOf(admin, topic);
    for (;;) {
      signal?.throwIfAborted();
      if (this.stopping.signal.aborted) throw new AppError('unavailable.event_log', 'the subscription was closed');
      const committed = await committedOffsets(admin, names.ofGroup(options.group, options.topic), topic);
      const isDone = ends.every(({ partition, low, high }) => {
        const position = committed.get(partition) ?? this.begins.get(partition) ?? low;
        return position >= high || low === high;
      });
      if (isDone) return;
      await sleep(CAUGHT_UP_POLL_MS, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    clearInterval(this.supervisor);
    await within(STOP_GRACE_MS, this.assignment.idle());
    this.assignment.abandon('the consumer was stopped');
    await disconnected(this.consumer);
    this.input.onClose(this);
  }

  private async begin(): Promise<void> {
    this.isStarting = true;
    try {
      await this.run();
    } catch (error) {
      await disconnected(this.consumer);
      throw error;
    }
    this.isStarting = false;
    if (this.hasCrashed) void this.restart('kafkajs gave up');
  }

  private async run(): Promise<void> {
    const { kafka, names, options } = this.input;
    const topic = names.of(options.topic);
    const consumer = kafka.consumer({
      groupId: names.ofGroup(options.group, options.topic),
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: Math.min(MAX_FETCH_WAIT_MS, options.maxWaitMs ?? MAX_FETCH_WAIT_MS),
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      // left to itself kafkajs goes on restarting a consumer that was already disconnected
      retry: { restartOnFailure: async () => false },
    });
    this.consumer = consumer;
    this.hasCrashed = false;
    let assigned: readonly number[] = [];
    consumer.on(consumer.events.FETCH, () => {
      this.fetchedAt = performance.now();
    });
    consumer.on(consumer.events.REBALANCING, () => this.assignment.abandon('the group is being rebalanced'));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      assigned = payload.memberAssignment[topic] ?? [];
      this.assignment.abandon('the group was rebalanced');
      this.assignment = this.newAssignment();
      consumer.resume([{ topic }]);
    });
    // A consumer that fails to join the group crashes as well, and `run` resolves all the same.
    consumer.on(consumer.events.CRASH, () => {
      if (this.consumer !== consumer) return;
      this.hasCrashed = true;
      void this.restart('kafkajs gave up');
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.onBatch(payload),
    });
    await this.settleBegins(consumer, topic, assigned);
  }

  /** Commits where a new group begins, so that it keeps its place if it ends before it has handled anything. */
  private async settleBegins(consumer: Consumer, topic: string, assigned: readonly number[]): Promise<void> {
    const { admin, names, options } = this.input;
    // the start is where a group without a position begins anyway
    if (options.from === undefined || options.from === 'start') return;
    const offsets = assigned
      .filter((partition) => this.begins.has(partition))
      .map((partition) => ({ topic, partition, offset: String(this.begins.get(partition)) }));
    for (const offset of offsets) consumer.seek(offset);
    const committed = await committedOffsets(admin, names.ofGroup(options.group, options.topic), topic);
    // what was already handled meanwhile must not be taken back
    const missing = offsets.filter(({ partition }) => !committed.has(partition) && !this.hasBegun.has(partition));
    if (missing.length > 0) await consumer.commitOffsets(missing);
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    if (this.stopping.signal.aborted) return pauseForGood(payload);
    const { topic } = this.input.options;
    const { partition, messages } = payload.batch;
    const begin = this.begins.get(partition) ?? 0n;
    const records = messages
      .filter((message) => BigInt(message.offset) >= begin)
      .map((message) => toDelivered(message, topic, partition));
    payload.resolveOffset(payload.batch.lastOffset());
    if (records.length === 0) return;
    this.hasBegun.add(partition);
    const { done, slow } = this.assignment.handle(records, (of, offset) => {
      const partitions = [{ partition: of, offset }];
      return payload.commitOffsetsIfNecessary({ topics: [{ topic: payload.batch.topic, partitions }] });
    });
    if (await isDoneSoon(done, slow)) return;
    const resume = payload.pause();
    void done.then(resume);
  }

  private supervise(): void {
    const silentMs = performance.now() - this.fetchedAt;
    if (silentMs > SILENCE_LIMIT_MS) void this.restart(`nothing was fetched for ${Math.round(silentMs / 1000)} s`);
  }

  /** Replaces the whole consumer: for when kafkajs itself does not move. */
  private async restart(why: string): Promise<void> {
    if (this.isStarting || this.stopping.signal.aborted) return;
    this.isStarting = true;
    this.restarts += 1;
    const { topic, group } = this.input.options;
    this.input.logger.warn({ topic, group, why }, 'a consumer is restarted');
    this.assignment.abandon('the consumer is restarted');
    for (let isRunning = false; !isRunning && !this.stopping.signal.aborted; ) {
      await disconnected(this.consumer);
      this.fetchedAt = performance.now();
      isRunning = await this.run().then(
        () => !this.hasCrashed,
        (error) => {
          this.input.logger.warn({ err: error, topic, group }, 'a consumer could not be restarted: trying again');
          return false;
        },
      );
      if (!isRunning) await sleep(1_000, this.stopping.signal);
    }
    this.isStarting = false;
  }

  private newAssignment(): Assignment {
    const { options, logger, append } = this.input;
    return new Assignment({
      options,
      logger,
      append,
      stopping: this.stopping.signal,
      onStall: () => {
        this.restarts += 1;
      },
      onBroken: () => void this.restart('the handling of a partition broke'),
    });
  }
}

/** Whether the work is done within a moment. */
async function isDoneSoon(done: Promise<void>, slow: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const isDone = await Promise.race([
    done.then(() => true),
    slow.then(() => false),
    sleep(ASIDE_AFTER_MS, timer.signal).then(() => false),
  ]);
  timer.abort();
  return isDone;
}

/** A consumer that stops takes nothing more, and the fetches that go on until it has left must not spin. */
function pauseForGood(payload: EachBatchPayload): void {
  payload.pause();
}

/** Leaves the group; gives up on a broker that does not answer, which then notices our silence. */
async function disconnected(consumer: Consumer): Promise<void> {
  await within(
    DISCONNECT_LIMIT_MS,
    consumer.disconnect().catch(() => {}),
  );
}
