import { TOPICS } from '@attune/contracts';
import {
  type EventLog,
  type DeadLetterPlace as LogPlace,
  listDeadLetters,
  placeOfDeadLetter,
  readDeadLetters,
  redrivenRecord,
  topicOfDeadLetter,
} from '@attune/event-log';
import type { DeadLetters } from '../dead-letter-ports';

const ALL = Object.values(TOPICS);
/** Users and followers are entities too. */
const KEYS_OF_USERS: readonly string[] = ['user id', 'entity id'];

/** The dead letters of every topic of the fleet. */
export function deadLetterLog(eventLog: EventLog): DeadLetters {
  return {
    topics: ALL.map(({ name }) => name),
    list: ({ after, ...question }) => listDeadLetters(eventLog, { ...question, after: after as LogPlace | undefined }),
    placeOf: placeOfDeadLetter,
    read: (topic, options) => readDeadLetters(eventLog, topic, options),
    topicOf: topicOfDeadLetter,
    isKeyedByUser: (topic) => ALL.some(({ name, key }) => name === topic && KEYS_OF_USERS.includes(key)),
    append: (topic, letters, { signal } = {}) =>
      eventLog.append(topic, letters.map(redrivenRecord), signal === undefined ? {} : { signal }),
  };
}
