import { KafkaEventLog } from './kafka/kafka-event-log';
import { measured } from './measured-log';
import { type EventLog, type EventLogLogger, SILENT_LOGGER } from './port';
import { RedisStreamsEventLog } from './redis-streams/redis-streams-event-log';

/** Where the log is. Kafka is used when brokers are given, Redis Streams otherwise. */
export interface OpenEventLogOptions {
  readonly redisUrl: string;
  readonly kafkaBrokers?: readonly string[];
  /** Namespace that keeps the topics and groups of one fleet apart from another's; '' for none. */
  readonly topicPrefix: string;
  readonly clientId: string;
  readonly logger?: EventLogLogger;
}

/** Opens the event log that the settings ask for. */
export async function openEventLog(options: OpenEventLogOptions): Promise<EventLog> {
  const { redisUrl, kafkaBrokers = [], topicPrefix, clientId, logger = SILENT_LOGGER } = options;
  const log =
    kafkaBrokers.length > 0
      ? await KafkaEventLog.open({ brokers: kafkaBrokers, topicPrefix, clientId, logger })
      : new RedisStreamsEventLog({ redisUrl, topicPrefix, clientId, logger });
  return measured(log, logger);
}
