import { AppError } from '@attune/errors';
import type { Admin, Kafka, Message } from 'kafkajs';
import { deadLetterTopic, withDeadLetterTopics } from '../dead-letters';
import { abortable } from '../delivery/abortable';
import { sleep } from '../delivery/sleep';
import type {
  DeliveredRecord,
  Erased,
  ErasureOptions,
  EventLog,
  EventRecord,
  PartitionLag,
  SubscribeOptions,
  Subscription,
  TopicSpec,
} from '../port';
import { activeTraceHeaders, untraced, withTrace } from '../tracing';
import { AppendQueue } from './append-queue';
import { answered, createKafka, KafkaNames, type KafkaOptions } from './kafka-client';
import { KafkaSubscription } from './kafka-subscription';
import { committedOffsets, endsOf, unknownTopic } from './offsets';
import { RenewedProducer } from './renewed-producer';
import { replay } from './replay';
import { longestStayMs } from './retention';

/** The largest record is 2 MB in the fleet; the broker's own default refuses one of exactly 1 MB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const HOUR_MS = 3_600_000;
const HANDLED_POLL_MS = 20;

/** The event log in Kafka, by kafkajs, which nothing outside this folder imports. */
export class KafkaEventLog implements EventLog {
  readonly kind = 'kafka';
  readonly erases = 'by_retention';
  private readonly names: KafkaNames;
  /** Topics that are there; they are never deleted under a running fleet. */
  private readonly known = new Set<string>();
  private readonly queues = new Map<string, AppendQueue<Message>>();
  private readonly subscriptions = new Set<KafkaSubscription>();

  private constructor(
    private readonly options: KafkaOptions,
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly producer: RenewedProducer,
  ) {
    this.names = new KafkaNames(options.topicPrefix);
  }

  /** Connects; rejects when no broker answers. */
  static async open(options: KafkaOptions): Promise<KafkaEventLog> {
    const kafka = createKafka(options);
    const admin = kafka.admin();
    const producer = new RenewedProducer(kafka);
    await answered(Promise.all([admin.connect(), producer.connect()]));
    return new KafkaEventLog(options, kafka, admin, producer);
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await answered(this.createMissing(withDeadLetterTopics(topics)));
  }

  async append(
    topic: string,
    records: readonly EventRecord[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    await this.requireTopic(topic);
    if (records.length === 0) return;
    const traceHeaders = activeTraceHeaders();
    const messages = records.map((record): Message => {
      const headers = withTrace(record, traceHeaders);
      return { key: record.key, value: asBuffer(record.value), ...(headers === undefined ? {} : { headers }) };
    });
    await abortable(answered(this.queueOf(topic).push(messages)), options.signal);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const { kafka, admin, names } = this;
    await this.requireTopic(options.topic);
    const subscription = await answered(
      KafkaSubscription.start({
        kafka,
        admin,
        names,
        options,
        logger: this.options.logger,
        append: (topic, records) => this.append(topic, records),
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
    const { kafka, admin, names } = this;
    await this.requireTopic(topic);
    yield* replay({ kafka, admin, kafkaTopic: names.of(topic), groupPrefix: names.of('replay'), topic, ...options });
  }

  async lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    await this.requireTopic(topic);
    const [ends, committed] = await answered(
      Promise.all([
        endsOf(this.admin, this.names.of(topic)),
        committedOffsets(this.admin, this.names.ofGroup(group, topic), this.names.of(topic)),
      ]),
    );
    return ends.map(({ partition, low, high }) => {
      const offset = committed.get(partition) ?? low;
      return { partition, records: Math.min(Number(high - offset), Number(high - low)) };
    });
  }

  async handled(
    topic: string,
    group: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    await this.requireTopic(topic);
    const { admin, names } = this;
    const ends = await answered(endsOf(admin, names.of(topic)));
    for (;;) {
      signal?.throwIfAborted();
      const committed = await answered(committedOffsets(admin, names.ofGroup(group, topic), names.of(topic)));
      const isDone = ends.every(({ partition, low, high }) => (committed.get(partition) ?? low) >= high);
      if (committed.size === 0 || isDone) return;
      await sleep(HANDLED_POLL_MS, signal);
    }
  }

  async erase(topic: string, { signal }: ErasureOptions): Promise<Erased> {
    signal?.throwIfAborted();
    await this.requireTopic(topic);
    const names = await this.withLetters(topic);
    const stays = await answered(
      Promise.all(names.map((name) => longestStayMs(this.admin, this.names.of(name), name))),
    );
    return { count: 0, remainUntil: new Date(Date.now() + Math.max(...stays)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription[Symbol.asyncDispose]()));
    await Promise.allSettled([this.producer.disconnect(), this.admin.disconnect()]);
  }

  private queueOf(topic: string): AppendQueue<Message> {
    let queue = this.queues.get(topic);
    if (queue === undefined) {
      queue = new AppendQueue((messages) => this.send(topic, messages));
      this.queues.set(topic, queue);
    }
    return queue;
  }

  private async send(topic: string, messages: readonly Message[]): Promise<void> {
    await untraced(() => this.producer.send(this.names.of(topic), messages));
  }

  private async requireTopic(topic: string): Promise<void> {
    if (this.known.has(topic)) return;
    const counts = await answered(this.partitionCounts());
    if (!counts.has(this.names.of(topic))) throw unknownTopic(topic);
    this.known.add(topic);
  }

  private async withLetters(topic: string): Promise<string[]> {
    const letters = deadLetterTopic(topic);
    const counts = await answered(this.partitionCounts());
    return counts.has(this.names.of(letters)) ? [topic, letters] : [topic];
  }

  private async createMissing(topics: readonly TopicSpec[]): Promise<void> {
    const known = await this.partitionCounts();
    for (const { name, partitions } of topics) {
      const existing = known.get(this.names.of(name));
      if (existing === undefined || existing === partitions) continue;
      throw new AppError(
        'failed_precondition.topic',
        `topic "${name}" has ${existing} partitions and cannot have ${partitions}: create it under a new name`,
      );
    }
    const missing = topics.filter(({ name }) => !known.has(this.names.of(name)));
    if (missing.length === 0) return;
    await this.admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions, retentionHours }) => ({
        topic: this.names.of(name),
        numPartitions: partitions,
        configEntries: [
          { name: 'retention.ms', value: String(retentionHours === undefined ? -1 : retentionHours * HOUR_MS) },
          { name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES) },
          // the broker's clock, because `from: Date` and retention must not depend on the clocks of producers
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
        ],
      })),
    });
  }

  private async partitionCounts(): Promise<Map<string, number>> {
    const { topics } = await this.admin.fetchTopicMetadata();
    return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
