import { randomUUID } from 'node:crypto';
import { AppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { sleep } from '../delivery/sleep';
import type { EventLogLogger, SubscribeOptions, Subscription } from '../port';
import { untraced } from '../tracing';
import type { LogKeys } from './keys';
import { PartitionConsumer } from './partition-consumer';
import { initialPosition, type PartitionState, partitionStates } from './partition-state';
import { isBefore, parsePosition } from './positions';
import { ACQUIRE, HEARTBEAT, RELEASE } from './scripts';

/** A consumer that is silent for so long is taken for dead, and its partitions go to the others. */
const LEASE_MS = 5_000;
const HEARTBEAT_MS = 1_000;
const CAUGHT_UP_POLL_MS = 10;

/** What a subscription needs. */
export interface RedisSubscriptionInput {
  readonly redis: Redis;
  readonly connect: () => Redis;
  readonly keys: LogKeys;
  readonly options: SubscribeOptions;
  readonly partitions: number;
  readonly deadLetterPartitions: number;
  readonly logger: EventLogLogger;
  readonly onClose: (subscription: RedisSubscription) => void;
}

/**
 * One member of a group. Every second it tells Redis that it lives and learns who else does. All members compute the same
 * division of the partitions from the same list; the leases make sure that a partition has one owner while they disagree.
 */
export class RedisSubscription implements Subscription {
  restarts = 0;
  private readonly memberId = randomUUID();
  private readonly consumers = new Map<number, PartitionConsumer>();
  private readonly closing = new AbortController();
  private heartbeats: Promise<void> = Promise.resolve();
  private renewedAt = performance.now();

  private constructor(private readonly input: RedisSubscriptionInput) {}

  /** Joins the group; its first partitions are read when this returns. */
  static async start(input: RedisSubscriptionInput): Promise<RedisSubscription> {
    const subscription = new RedisSubscription(input);
    await untraced(async () => {
      await subscription.createPositions();
      await subscription.heartbeat();
      subscription.heartbeats = subscription.keepBeating();
    });
    return subscription;
  }

  async caughtUp({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const ends = (await this.states()).map((state) => state.end);
    const keys = this.partitions().map((partition) => this.groupKeys(partition).position);
    for (;;) {
      signal?.throwIfAborted();
      if (this.closing.signal.aborted) throw new AppError('unavailable.event_log', 'the subscription was closed');
      const positions = await this.input.redis.mget(keys);
      if (ends.every((end, i) => !isBefore(parsePosition(positions[i] ?? '0-0.0'), end))) return;
      await sleep(CAUGHT_UP_POLL_MS, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    const { redis, keys, options } = this.input;
    if (redis.status === 'ready') await this.leave();
    else
      for (const consumer of this.consumers.values()) consumer.abandon('the event log was closed while Redis was away');
    // without Redis the membership and the leases end by themselves
    if (redis.status === 'ready') {
      await redis.zrem(keys.members(options.topic, options.group), this.memberId).catch(() => {});
    }
    this.input.onClose(this);
  }

  /** Gives all partitions back; leases are kept alive while the last batches finish. */
  private async leave(): Promise<void> {
    await this.heartbeats;
    let beating: Promise<unknown> = Promise.resolve();
    const keepAlive = setInterval(() => {
      beating = this.beat().catch(() => {});
    }, HEARTBEAT_MS);
    await Promise.all([...this.consumers.keys()].map((partition) => this.giveBack(partition)));
    clearInterval(keepAlive);
    await beating;
  }

  /** Positions are stored before anything is read, so that `end` means the end as of now, whoever reads first. */
  private async createPositions(): Promise<void> {
    const { redis, keys, options } = this.input;
    const states = await this.states();
    await Promise.all(
      this.partitions().map(async (partition) => {
        const { position } = this.groupKeys(partition);
        if ((await redis.exists(position)) === 1) return;
        const stream = keys.stream(options.topic, partition);
        const begin = { from: options.from ?? 'start', state: states[partition]! };
        await redis.set(position, await initialPosition(redis, stream, begin), 'NX');
      }),
    );
  }

  private async keepBeating(): Promise<void> {
    for (;;) {
      await sleep(HEARTBEAT_MS, this.closing.signal);
      if (this.closing.signal.aborted) return;
      try {
        await this.heartbeat();
      } catch (error) {
        this.input.logger.warn({ err: error, ...this.facts() }, 'heartbeat of a consumer failed');
        this.abandonExpired();
      }
    }
  }

  private async heartbeat(): Promise<void> {
    const { members, leases } = await this.beat();
    const mine = members.sort().indexOf(this.memberId);
    await Promise.all(
      this.partitions().map(async (partition) => {
        const isWanted = partition % members.length === mine;
        const consumer = this.consumers.get(partition);
        if (consumer !== undefined && leases[partition] !== 1) {
          consumer.abandon('the lease of the partition is lost');
          this.consumers.delete(partition);
        } else if (consumer !== undefined && !isWanted && !consumer.isStopping) {
          // not awaited: a long batch must not hold up the heartbeats that keep its lease
          void this.giveBack(partition);
        } else if (consumer === undefined && isWanted && leases[partition] === 0) {
          await this.take(partition);
        }
      }),
    );
  }

  private async beat(): Promise<{ members: string[]; leases: number[] }> {
    const { redis, keys, options } = this.input;
    const partitions = this.partitions();
    const names = [keys.members(options.topic, options.group), ...partitions.map((p) => this.groupKeys(p).lease)];
    const tokens = partitions.map((partition) => this.consumers.get(partition)?.token ?? '');
    const args = [...names, this.memberId, LEASE_MS, ...tokens];
    const [members, leases] = (await redis.eval(HEARTBEAT, names.length, ...args)) as [string[], number[]];
    this.renewedAt = performance.now();
    return { members, leases };
  }

  private async take(partition: number): Promise<void> {
    const { redis, options, logger } = this.input;
    const { lease, epoch } = this.groupKeys(partition);
    const token = (await redis.eval(ACQUIRE, 2, lease, epoch, this.memberId, LEASE_MS)) as string | null;
    if (token === null) return;
    logger.debug({ ...this.facts(), partition, token }, 'took a partition');
    const onRestart = () => {
      this.restarts += 1;
    };
    const consumer = new PartitionConsumer({ ...this.input, options, partition, token, onRestart });
    this.consumers.set(partition, consumer);
    // a consumer that failed gives its lease back, and the next heartbeat begins a new one
    void consumer.done.then(() => {
      if (this.consumers.get(partition) === consumer) void this.giveBack(partition);
    });
  }

  private async giveBack(partition: number): Promise<void> {
    const consumer = this.consumers.get(partition);
    if (consumer === undefined) return;
    await consumer.stop();
    if (this.consumers.get(partition) === consumer) this.consumers.delete(partition);
    const { redis } = this.input;
    if (redis.status !== 'ready') return;
    await redis.eval(RELEASE, 1, this.groupKeys(partition).lease, consumer.token).catch(() => {});
  }

  /** Without an answer from Redis for the whole time of a lease, somebody else may own the partitions by now. */
  private abandonExpired(): void {
    if (performance.now() - this.renewedAt < LEASE_MS) return;
    for (const consumer of this.consumers.values()) consumer.abandon('the lease of the partition expired');
    this.consumers.clear();
  }

  private groupKeys(partition: number) {
    return this.input.keys.ofGroup(this.input.options.topic, partition, this.input.options.group);
  }

  private states(): Promise<PartitionState[]> {
    const { redis, keys, options, partitions } = this.input;
    return partitionStates(redis, keys, options.topic, partitions);
  }

  private partitions(): number[] {
    return Array.from({ length: this.input.partitions }, (_, partition) => partition);
  }

  private facts(): object {
    const { topic, group } = this.input.options;
    return { topic, group };
  }
}
