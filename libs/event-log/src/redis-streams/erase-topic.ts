import { AppError, isAppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { deadLetterTopic } from '../dead-letters';
import { partitionOf } from '../partition-of';
import type { ErasureOptions } from '../port';
import { erasePartition } from './erase-partition';
import type { LogKeys } from './keys';
import type { TopicRegistry } from './topic-registry';

interface TopicErasure extends ErasureOptions {
  readonly redis: Redis;
  readonly keys: LogKeys;
  readonly topics: TopicRegistry;
  readonly topic: string;
}

/** Takes records out of a topic and its dead letters, and gives how many. */
export async function eraseTopic(erasure: TopicErasure): Promise<number> {
  if (erasure.mentions === '') {
    throw new AppError('invalid.erasure', 'an erasure must say what the records to take out mention');
  }
  const { topic } = erasure;
  let count = 0;
  // the dead letters come last: once a record is gone from the topic, no consumer can dead-letter it any more
  for (const name of [topic, deadLetterTopic(topic)])
    count += await eraseOne({ ...erasure, topic: name }, name !== topic);
  return count;
}

async function eraseOne(erasure: TopicErasure, mayBeMissing: boolean): Promise<number> {
  const { redis, keys, topics, topic, mentions, matches = () => true, key, signal } = erasure;
  const spec = await topics.get(topic).catch((error: unknown) => {
    if (mayBeMissing && isAppError(error, 'not_found')) return undefined;
    throw error;
  });
  if (spec === undefined) return 0;
  const all = Array.from({ length: spec.partitions }, (_, partition) => partition);
  let count = 0;
  for (const partition of key === undefined ? all : [partitionOf(key, spec.partitions)]) {
    count += await erasePartition({
      ...{ redis, topic, partition, matches, signal },
      stream: keys.stream(topic, partition),
      erasures: keys.erasures(topic, partition),
      keys: keys.ofErasure(topic, partition),
      mentions: Buffer.from(mentions),
    });
  }
  return count;
}
