import { AppError } from '@attune/errors';
import { Redis } from 'ioredis';
import { abortable } from '../delivery/abortable';
import { partitionOf } from '../partition-of';
import type {
  DeliveredRecord,
  EventLog,
  EventLogLogger,
  EventRecord,
  PartitionLag,
  SubscribeOptions,
  Subscription,
  TopicSpec,
} from '../port';
import { activeTraceHeaders, withTrace } from '../tracing';
import { packHeaders, type RawEntry, toDelivered } from './entry-codec';
import { LogKeys } from './keys';
import { idBefore, isBefore, lagOf, streamState } from './positions';
import { RedisSubscription } from './redis-subscription';
import { APPEND } from './scripts';
import { TopicRegistry } from './topic-registry';

/** A script holds up everybody else in Redis while it runs: so many records take about 2 ms. */
const RECORDS_PER_SCRIPT = 500;
const BYTES_PER_SCRIPT = 2 * 1024 * 1024;
const READ_PAGE = 500;
const TRIM_INTERVAL_MS = 60_000;
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
    const traceHeaders = activeTraceHeaders();
    const scripts: (string | Uint8Array)[][] = [];
    const open = new Map<number, { args: (string | Uint8Array)[]; bytes: number }>();
    for (const record of records) {
      const partition = partitionOf(record.key, partitions);
      let current = open.get(partition);
      if (current === undefined || current.args.length >= RECORDS_PER_SCRIPT * 3 || current.bytes >= BYTES_PER_SCRIPT) {
        current = { args: [this.keys.stream(topic, partition)], bytes: 0 };
        open.set(partition, current);
        scripts.push(current.args);
      }
      const headers = packHeaders(withTrace(record, traceHeaders));
      current.args.push(record.key, asBuffer(record.value), headers);
      current.bytes += record.value.length;
    }
    // all are sent at once over one connection, which keeps their order
    const replies = Promise.all(scripts.map((args) => this.redis.eval(APPEND, 1, ...(args as string[]))));
    await abortable(answered(replies), options.signal);
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
    const streams = Array.from({ length: partitions }, (_, partition) => this.keys.stream(topic, partition));
    const states = await answered(Promise.all(streams.map((stream) => streamState(this.redis, stream))));
    for (const [partition, stream] of streams.entries()) {
      const until = states[partition]!.lastId;
      let after = options.from === 'start' ? '0-0' : idBefore(options.from);
      while (isBefore(after, until)) {
        options.signal?.throwIfAborted();
        const page = this.redis.callBuffer('XRANGE', stream, `(${after}`, until, 'COUNT', READ_PAGE);
        const entries = (await answered(page)) as RawEntry[];
        if (entries.length === 0) break;
        for (const entry of entries) yield toDelivered(entry, topic, partition);
        after = String(entries.at(-1)![0]);
      }
    }
  }

  async lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    const { partitions } = await answered(this.topics.get(topic));
    const lags = Array.from({ length: partitions }, async (_, partition) => {
      const position = await this.redis.get(this.keys.ofGroup(topic, partition, group).position);
      return { partition, records: await lagOf(this.redis, this.keys.stream(topic, partition), position) };
    });
    return answered(Promise.all(lags));
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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Errors of Redis as the fleet's own. */
async function answered<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (String(error).includes('OOM')) {
      throw new AppError('exhausted.event_log', 'the event log is full: Redis has reached its memory limit', {
        cause: error,
      });
    }
    throw new AppError('unavailable.event_log', 'the event log does not answer', { cause: error });
  }
}
