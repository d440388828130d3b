import type { Kafka, Message, Producer } from 'kafkajs';
import { partitionOf } from '../partition-of';

interface Generation {
  readonly producer: Producer;
  /** Sends that have not ended; the producer is closed after the last of them. */
  readonly sends: Set<Promise<unknown>>;
}

/**
 * An idempotent producer that is replaced after every send that failed. The broker may have written what was sent and only its answer
 * was lost, while kafkajs gives the numbers of that batch to the next one: the broker would take that for the batch that it has
 * already and confirm it without writing it, or refuse everything that follows as out of order. A new producer numbers from the start.
 */
export class RenewedProducer {
  private current: Promise<Generation> | undefined;
  private readonly closing = new Set<Promise<void>>();

  constructor(private readonly kafka: Kafka) {}

  /** Resolves when a producer is connected; rejects when no broker answers. */
  async connect(): Promise<void> {
    await this.generation();
  }

  /** Resolves when the broker has all messages. */
  async send(kafkaTopic: string, messages: readonly Message[]): Promise<void> {
    const current = this.generation();
    const { producer, sends } = await current;
    const sending = producer.send({ topic: kafkaTopic, acks: -1, messages: [...messages] });
    sends.add(sending);
    try {
      await sending;
    } catch (error) {
      if (this.current === current) this.replace();
      throw error;
    } finally {
      sends.delete(sending);
    }
  }

  async disconnect(): Promise<void> {
    this.replace();
    await Promise.all(this.closing);
  }

  private generation(): Promise<Generation> {
    if (this.current !== undefined) return this.current;
    const opening = this.open();
    this.current = opening;
    opening.catch(() => {
      if (this.current === opening) this.current = undefined;
    });
    return opening;
  }

  private async open(): Promise<Generation> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) =>
          partitionOf(String(message.key), partitionMetadata.length),
    });
    try {
      await producer.connect();
      return { producer, sends: new Set() };
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /** The next send opens another producer; this one ends after the sends of other topics that it has in hand. */
  private replace(): void {
    const closing = this.current?.then(closed, () => undefined).finally(() => this.closing.delete(closing!));
    this.current = undefined;
    if (closing !== undefined) this.closing.add(closing);
  }
}

async function closed({ producer, sends }: Generation): Promise<void> {
  await Promise.allSettled(sends);
  await producer.disconnect().catch(() => undefined);
}
