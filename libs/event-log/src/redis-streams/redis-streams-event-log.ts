import { AppError } from '@attune/errors';
import { Redis } from 'ioredis';
import { abortable } from '../delivery/abortable';
import { sleep } from '../delivery/sleep';
import type {
  DeliveredRecord,
  Erased,
  ErasureOptions,
  EventLog,
  EventLogLogger,
  EventRecord,
  PartitionLag,
  SubscribeOptions,
  Subscription,
  TopicSpec,
} from '../port';
import { activeTraceHeaders } from '../tracing';
import { appendScripts } from './append-scripts';
import { eraseTopic } from './erase-topic';
import { LogKeys } from './keys';
import { lagOf, partitionStates } from './partition-state';
import { idBefore, isBefore, isIdBefore, parsePosition } from './positions';
import { ReadSize } from './read-size';
import { RedisSubscription } from './redis-subscription';
import { APPEND } from './scripts';
import { idOf, type RawEntry, recordsOf } from './stream-entry';
import { TopicRegistry } from './topic-registry';

const RECORDS_PER_READ = 2_000;
const TRIM_INTERVAL_MS = 60_000;
const HANDLED_POLL_MS = 10;
/** About six seconds of a Redis that is away before an append fails. */
const CONNECTION_RETRIES = 10;

/** How to reach a log in Redis. */
export interface RedisStreamsOptions {
  readonly redisUrl: string;
  readonly topicPrefix: string;
  readonly clientId: string;
  readonly logger: EventLogLogger;
}

/** The event log in Redis: one stream per partition, one lease per partition and group (docs/adr: event log in Redis Streams). */
export class RedisStreamsEventLog implements EventLog {
  readonly kind = 'redis-streams';
  readonly erases = 'records';
  private readonly redis: Redis;
  private readonly keys: LogKeys;
  private readonly topics: TopicRegistry;
  private readonly subscriptions = new Set<RedisSubscription>();
  private readonly trimming: NodeJS.Timeout;

  constructor(private readonly options: RedisStreamsOptions) {
    this.redis = this.connect(CONNECTION_RETRIES);
    this.keys = new LogKeys(options.topicPrefix);
    this.topics = new TopicRegistry(this.redis, this.keys);
    this.trimming = setInterval(() => {
      this.topics.trim(new Date()).catch((error) => options.logger.warn({ err: error }, 'trimming the log failed'));
    }, TRIM_INTERVAL_MS).unref();
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await answered(this.topics.ensure(topics));
  }

  async append(
    topic: string,
    records: readonly EventRecord[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const { partitions } = await answered(this.topics.get(topic));
    const scripts = appendScripts(records, { partitions, traceHeaders: activeTraceHeaders() });
    // all are sent at once over one connection, which keeps their order
    const replies = scripts.map(({ partition, args }) =>
      this.redis.eval(APPEND, 2, this.keys.stream(topic, partition), this.keys.count(topic, partition), ...args),
    );
    await abortable(answered(Promise.all(replies)), options.signal);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const [topic, deadLetters] = await answered(
      Promise.all([this.topics.get(options.topic), this.topics.deadLettersOf(options.topic)]),
    );
    const subscription = await answered(
      RedisSubscription.start({
        redis: this.redis,
        connect: () => this.connect(null),
        keys: this.keys,
        options,
        partitions: topic.partitions,
        deadLetterPartitions: deadLetters.partitions,
        logger: this.options.logger,
        onClose: (closed) => this.subscriptions.delete(closed),
      }),
    );
    this.subscriptions.add(subscription);
    return subscription;
  }

  async *read(
    topic: string,
    options: { readonly from: 'start' | Date; readonly signal?: AbortSignal },
  ): AsyncIterable<DeliveredRecord> {
    const { partitions } = await answered(this.topics.get(topic));
    const states = await answered(partitionStates(this.redis, this.keys, topic, partitions));
    for (const [partition, { end }] of states.entries()) {
      const stream = this.keys.stream(topic, partition);
      const size = new ReadSize();
      let after = options.from === 'start' ? '0-0' : idBefore(options.from);
      while (isIdBefore(after, end.id)) {
        options.signal?.throwIfAborted();
        const count = size.entriesFor(RECORDS_PER_READ);
        const page = this.redis.callBuffer('XRANGE', stream, `(${after}`, end.id, 'COUNT', count);
        const entries = (await answered(page)) as RawEntry[];
        if (entries.length === 0) break;
        const read = entries.flatMap((entry) => recordsOf(entry, topic, partition));
        size.learn(entries, read.length);
        yield* read;
        after = idOf(entries.at(-1)!);
      }
    }
  }

  async lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    const { partitions } = await answered(this.topics.get(topic));
    const names = Array.from({ length: partitions }, (_, p) => this.keys.ofGroup(topic, p, group).position);
    // positions first: a group can be ahead of an end that is older
    const positions = await answered(this.redis.mget(names));
    const states = await answered(partitionStates(this.redis, this.keys, topic, partitions));
    return states.map((state, partition) => ({ partition, records: lagOf(state, positions[partition]!) }));
  }

  async handled(
    topic: string,
    group: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const { partitions } = await answered(this.topics.get(topic));
    const names = Array.from({ length: partitions }, (_, p) => this.keys.ofGroup(topic, p, group).position);
    const states = await answered(partitionStates(this.redis, this.keys, topic, partitions));
    for (;;) {
      signal?.throwIfAborted();
      const positions = await answered(this.redis.mget(names));
      // every position is stored before a group reads anything, so one that is missing belongs to a group that never began
      const isDone = (position: string | null, p: number) =>
        position === null || !isBefore(parsePosition(position), states[p]!.end);
      if (positions.every(isDone)) return;
      await sleep(HANDLED_POLL_MS, signal);
    }
  }

  async erase(topic: string, options: ErasureOptions): Promise<Erased> {
    const { redis, keys, topics } = this;
    return { count: await answered(eraseTopic({ redis, keys, topics, topic, ...options })) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.trimming);
    await Promise.all([...this.subscriptions].map((subscription) => subscription[Symbol.asyncDispose]()));
    this.redis.disconnect();
  }

  private connect(maxRetriesPerRequest: number | null): Redis {
    const { redisUrl, clientId, logger } = this.options;
    const redis = new Redis(redisUrl, {
      connectionName: `${clientId}:event-log`,
      maxRetriesPerRequest,
      // raw replies of XREAD and XINFO are read as RESP2 gives them
      protocol: 2,
      // ioredis keeps a timer of this length after every disconnect, and with it the process
      disconnectTimeout: 100,
      retryStrategy: (times) => Math.min(1_000, 25 * 2 ** Math.min(times, 10)),
    });
    redis.on('error', (error) => logger.warn({ err: error }, 'connection of the event log to Redis failed'));
    return redis;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Errors of Redis as the fleet's own. */
async function answered<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof AppError || isAbort(error)) throw error;
    if (String(error).includes('OOM')) {
      throw new AppError('exhausted.event_log', 'the event log is full: Redis has reached its memory limit', {
        cause: error,
      });
    }
    throw new AppError('unavailable.event_log', 'the event log does not answer', { cause: error });
  }
}
