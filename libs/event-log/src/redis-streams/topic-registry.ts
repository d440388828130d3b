import { AppError, isAppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { deadLetterSpec, deadLetterTopic, withDeadLetterTopics } from '../dead-letters';
import type { TopicSpec } from '../port';
import type { LogKeys } from './keys';

/** The topics of a log and their fixed partitions, kept in one Redis hash. */
export class TopicRegistry {
  private readonly known = new Map<string, TopicSpec>();

  constructor(
    private readonly redis: Redis,
    private readonly keys: LogKeys,
  ) {}

  /** Creates what is missing and takes over changed retention. */
  async ensure(topics: readonly TopicSpec[]): Promise<void> {
    for (const topic of withDeadLetterTopics(topics)) {
      const text = JSON.stringify(topic);
      if ((await this.redis.hsetnx(this.keys.topics(), topic.name, text)) === 0) await this.takeOver(topic, text);
      this.known.set(topic.name, topic);
    }
  }

  /** The topic of that name; `not_found.topic` when nobody created it. */
  async get(name: string): Promise<TopicSpec> {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const text = await this.redis.hget(this.keys.topics(), name);
    if (text === null) throw new AppError('not_found.topic', `topic "${name}" does not exist: call ensureTopics first`);
    const topic = JSON.parse(text) as TopicSpec;
    this.known.set(name, topic);
    return topic;
  }

  /** Where dead letters of a topic go; a dead-letter topic that is itself consumed gets one only then. */
  async deadLettersOf(name: string): Promise<TopicSpec> {
    const topic = await this.get(name);
    try {
      return await this.get(deadLetterTopic(name));
    } catch (error) {
      if (!isAppError(error, 'not_found')) throw error;
      await this.ensure([deadLetterSpec(topic)]);
      return deadLetterSpec(topic);
    }
  }

  /**
   * Drops records older than their topic's retention. By time alone, as Kafka does: a group that stays away for longer than the
   * retention loses what it did not read.
   */
  async trim(now: Date): Promise<void> {
    const stored = await this.redis.hgetall(this.keys.topics());
    for (const text of Object.values(stored)) {
      const { name, partitions, retentionHours } = JSON.parse(text) as TopicSpec;
      if (retentionHours === undefined) continue;
      const oldest = now.getTime() - retentionHours * 3_600_000;
      for (let partition = 0; partition < partitions; partition += 1) {
        await this.redis.xtrim(this.keys.stream(name, partition), 'MINID', '~', oldest);
      }
    }
  }

  private async takeOver(topic: TopicSpec, text: string): Promise<void> {
    const stored = JSON.parse((await this.redis.hget(this.keys.topics(), topic.name)) ?? text) as TopicSpec;
    if (stored.partitions !== topic.partitions) {
      throw new AppError(
        'failed_precondition.topic',
        `topic "${topic.name}" has ${stored.partitions} partitions and cannot have ${topic.partitions}: create it under a new name`,
      );
    }
    if (stored.retentionHours !== topic.retentionHours) await this.redis.hset(this.keys.topics(), topic.name, text);
  }
}
