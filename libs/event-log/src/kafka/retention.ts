import { AppError } from '@attune/errors';
import { type Admin, ConfigResourceTypes } from 'kafkajs';

/** The broker looks for what is over every five minutes, and deletes a file a minute later. */
const CLEANING_MS = 10 * 60_000;

/**
 * How long a record that is in a topic now can stay there at most. A broker drops whole segments: one that takes records for
 * `segment.ms` and is kept for `retention.ms` after the last of them.
 */
export async function longestStayMs(admin: Admin, kafkaTopic: string, topic: string): Promise<number> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: kafkaTopic, configNames: ['retention.ms', 'segment.ms'] }],
  });
  const setting = (name: string) =>
    Number(resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue);
  const retentionMs = setting('retention.ms');
  if (retentionMs >= 0) return retentionMs + setting('segment.ms') + CLEANING_MS;
  throw new AppError(
    'failed_precondition.erasure',
    `Kafka keeps topic "${topic}" for ever, so nobody can be erased from it: give the topic a retention`,
  );
}
