import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import { sleep } from '../delivery/sleep';
import type { DeliveredRecord } from '../port';
import { answered, toDelivered } from './kafka-client';
import { endsOf, offsetsAt } from './offsets';

/** Batches that wait for a slow reader before the fetching pauses. */
const BUFFERED_BATCHES = 4;

/** What a replay needs. */
export interface ReplayInput {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  readonly kafkaTopic: string;
  readonly groupPrefix: string;
  readonly from: 'start' | Date;
  readonly signal?: AbortSignal;
}

/**
 * Reads a topic up to its ends as of the call. kafkajs reads in groups only, so the replay is a group of its own that commits
 * nothing and that the broker forgets when it is left.
 */
export async function* replay(input: ReplayInput): AsyncGenerator<DeliveredRecord> {
  const { kafka, admin, kafkaTopic, groupPrefix, from, signal } = input;
  const remaining = new Map((await answered(endsOf(admin, kafkaTopic))).map((ends) => [ends.partition, ends.high]));
  const begins = await answered(offsetsAt(admin, kafkaTopic, from));
  for (const [partition, begin] of begins) if (begin >= remaining.get(partition)!) remaining.delete(partition);
  if (remaining.size === 0) return;

  const batches = new Readable({ objectMode: true, highWaterMark: BUFFERED_BATCHES, read() {}, signal });
  const consumer = kafka.consumer({ groupId: `${groupPrefix}-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const eachBatch = (payload: EachBatchPayload) => pushBatch({ input, batches, remaining, begins, payload });
  try {
    await answered(consumer.connect());
    await answered(consumer.subscribe({ topic: kafkaTopic, fromBeginning: true }));
    await answered(consumer.run({ autoCommit: false, eachBatchAutoResolve: true, eachBatch }));
    for (const [partition, begin] of begins) consumer.seek({ topic: kafkaTopic, partition, offset: String(begin) });
    for await (const batch of batches) yield* batch as DeliveredRecord[];
    signal?.throwIfAborted();
  } finally {
    batches.destroy();
    await consumer.disconnect().catch(() => {});
  }
}

async function pushBatch(work: {
  readonly input: ReplayInput;
  readonly batches: Readable;
  readonly remaining: Map<number, bigint>;
  readonly begins: ReadonlyMap<number, bigint>;
  readonly payload: EachBatchPayload;
}): Promise<void> {
  const { input, batches, remaining, begins, payload } = work;
  const { partition, messages } = payload.batch;
  const end = remaining.get(partition);
  if (end === undefined || batches.destroyed) return;
  const begin = begins.get(partition) ?? 0n;
  const wanted = messages.filter(({ offset }) => BigInt(offset) >= begin && BigInt(offset) < end);
  const hasRoom = wanted.length === 0 || batches.push(wanted.map((each) => toDelivered(each, input.topic, partition)));
  if (BigInt(payload.batch.lastOffset()) + 1n >= end) remaining.delete(partition);
  if (remaining.size === 0) batches.push(null);
  // a slow reader keeps its place in the group by heartbeats
  while (!hasRoom && !batches.destroyed && batches.readableLength >= BUFFERED_BATCHES) {
    await sleep(20);
    await payload.heartbeat();
  }
}
