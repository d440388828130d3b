import { AppError } from '@attune/errors';
import type { Admin } from 'kafkajs';
import { sleep } from '../delivery/sleep';

/** Offsets of one partition: the first record that is still there and the one that the next append will get. */
export interface PartitionEnds {
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** What an unknown topic is called everywhere. */
export function unknownTopic(name: string): AppError {
  return new AppError('not_found.topic', `topic "${name}" does not exist: call ensureTopics first`);
}

const RETRIES = 20;

/** kafkajs leaves it to us to ask again while a new topic has no leader or a new group no coordinator yet. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { retriable?: unknown }).retriable !== true || retries === RETRIES) throw error;
      await sleep(Math.min(500, 20 * 2 ** retries));
    }
  }
}

/** The ends of all partitions of a topic, by partition. */
export async function endsOf(admin: Admin, kafkaTopic: string): Promise<PartitionEnds[]> {
  const offsets = await settled(() => admin.fetchTopicOffsets(kafkaTopic));
  return offsets
    .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** The offset that each partition of a topic has at a place to begin. */
export async function offsetsAt(
  admin: Admin,
  kafkaTopic: string,
  from: 'start' | 'end' | Date,
): Promise<Map<number, bigint>> {
  if (!(from instanceof Date)) {
    const ends = await endsOf(admin, kafkaTopic);
    return new Map(ends.map(({ partition, low, high }) => [partition, from === 'start' ? low : high]));
  }
  const offsets = await settled(() => admin.fetchTopicOffsetsByTimestamp(kafkaTopic, from.getTime()));
  return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

/** The committed offset of each partition that the group has one for. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  kafkaTopic: string,
): Promise<Map<number, bigint>> {
  const [topic] = await settled(() => admin.fetchOffsets({ groupId, topics: [kafkaTopic] }));
  const known = (topic?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n);
  return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
