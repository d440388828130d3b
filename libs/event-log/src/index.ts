export { deadLetterTopic } from './dead-letters';
export { decodeRecords } from './delivery/decode-records';
export { paced } from './delivery/paced';
export { type OpenEventLogOptions, openEventLog } from './open-event-log';
export { partitionOf } from './partition-of';
export type {
  DeliveredRecord,
  Erased,
  ErasureOptions,
  EventLog,
  EventLogLogger,
  EventRecord,
  HandleContext,
  PartitionLag,
  SubscribeOptions,
  Subscription,
  TopicSpec,
} from './port';
export {
  type DeadLetter,
  type DeadLetterPlace,
  listDeadLetters,
  placeOfDeadLetter,
  readDeadLetters,
  redrivenRecord,
  topicOfDeadLetter,
} from './read-dead-letters';
