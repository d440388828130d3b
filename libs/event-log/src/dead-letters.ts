import type { AppError } from '@attune/errors';
import type { DeliveredRecord, TopicSpec } from './port';

const SUFFIX = '.dlq';
/** Dead letters wait for a person, so they outlive the records beside them: 30 days at least. */
const MIN_RETENTION_HOURS = 720;

/** The topic that takes what a group could not handle. */
export function deadLetterTopic(topic: string): string {
  return `${topic}${SUFFIX}`;
}

/** The topic that a dead-letter topic belongs to, or `undefined` for an ordinary one. */
export function originOfDeadLetters(topic: string): string | undefined {
  return topic.endsWith(SUFFIX) ? topic.slice(0, -SUFFIX.length) : undefined;
}

/** The given topics and, for each that has none in the list, its dead-letter topic. */
export function withDeadLetterTopics(topics: readonly TopicSpec[]): TopicSpec[] {
  const named = new Set(topics.map((topic) => topic.name));
  const missing = topics
    .filter((topic) => originOfDeadLetters(topic.name) === undefined && !named.has(deadLetterTopic(topic.name)))
    .map(deadLetterSpec);
  return [...topics, ...missing];
}

/** The dead-letter topic of a topic. */
export function deadLetterSpec(topic: TopicSpec): TopicSpec {
  return {
    name: deadLetterTopic(topic.name),
    partitions: topic.partitions,
    retentionHours: Math.max(MIN_RETENTION_HOURS, topic.retentionHours ?? MIN_RETENTION_HOURS),
  };
}

/** The headers of a dead letter: the record's own, and where it came from and why. */
export function deadLetterHeaders(input: {
  readonly record: DeliveredRecord;
  readonly group: string;
  readonly reason: AppError;
  readonly attempts: number;
}): Record<string, string> {
  const { record, group, reason, attempts } = input;
  return {
    ...record.headers,
    'dlq-reason': `${reason.code}: ${reason.message}`,
    'dlq-topic': record.topic,
    'dlq-partition': String(record.partition),
    'dlq-position': record.position,
    'dlq-group': group,
    'dlq-attempts': String(attempts),
  };
}
