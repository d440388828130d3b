import { AppError } from '@attune/errors';
import { type ISocketFactory, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import type { DeliveredRecord, EventLogLogger } from '../port';

/** How to reach a log in Kafka. */
export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly clientId: string;
  readonly logger: EventLogLogger;
  /** How connections are made; kafkajs's own way by default. */
  readonly socketFactory?: ISocketFactory;
}

/** A kafkajs client that logs through our logger and gives up after a few seconds rather than minutes. */
export function createKafka(options: KafkaOptions): Kafka {
  const { brokers, clientId, logger, socketFactory } = options;
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    ...(socketFactory === undefined ? {} : { socketFactory }),
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, ...facts } = entry.log;
      // what kafkajs calls an error it mostly mends by itself; what it cannot mend comes back to us as a rejection
      logger.warn({ ...facts, namespace: entry.namespace }, `kafkajs: ${message}`);
    },
  });
}

/** Names in Kafka: topics and groups of one namespace begin with it. */
export class KafkaNames {
  constructor(private readonly prefix: string) {}

  /** The name of a topic in the broker. */
  of(topic: string): string {
    return this.prefix === '' ? topic : `${this.prefix}.${topic}`;
  }

  /**
   * The group of one topic's readers in the broker. Kafka divides all topics of a group over all of its members, so members that
   * read different topics must not share one.
   */
  ofGroup(group: string, topic: string): string {
    return this.of(`${group}.${topic}`);
  }
}

/** A message of Kafka as a record. */
export function toDelivered(message: KafkaMessage, topic: string, partition: number): DeliveredRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) headers[name] = String(value ?? '');
  return {
    topic,
    partition,
    position: message.offset,
    key: message.key?.toString('utf8') ?? '',
    value: message.value ?? Buffer.alloc(0),
    headers,
    appendedAt: new Date(Number(message.timestamp)),
  };
}

/** Errors of Kafka as the fleet's own. */
export async function answered<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('unavailable.event_log', 'the event log does not answer', { cause: error });
  }
}
