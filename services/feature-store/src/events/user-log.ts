import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { DeliveredRecord, EventLog } from '@attune/event-log';
import type { UserLog, Whom } from '../erasure-ports';

const HOUR_MS = 3_600_000;

type TopicName = keyof typeof TOPICS;

/** The users that a record is about, and when what it tells was accepted or happened. */
interface About {
  readonly userIds: readonly (string | undefined)[];
  readonly atMs: number;
}

const ABOUT: Readonly<Partial<Record<TopicName, (value: Uint8Array) => About>>> = {
  interactions: (value) => {
    const { interaction, acceptedAt } = TOPIC_CODECS.interactions.decode(value);
    const times = [interaction?.occurredAt, acceptedAt].map((time) => time?.getTime() ?? 0);
    return { userIds: [interaction?.userId], atMs: Math.min(...times) };
  },
  entities: (value) => {
    const { entity, acceptedAt } = TOPIC_CODECS.entities.decode(value);
    return { userIds: usersOf(entity), atMs: acceptedAt?.getTime() ?? 0 };
  },
  decisions: (value) => {
    const { decision } = TOPIC_CODECS.decisions.decode(value);
    return { userIds: [decision?.userId], atMs: decision?.decidedAt?.getTime() ?? 0 };
  },
  predictions: (value) => {
    const { userId, predictedAt } = TOPIC_CODECS.predictions.decode(value);
    return { userIds: [userId], atMs: predictedAt?.getTime() ?? 0 };
  },
  exposures: (value) => {
    const { unitId, exposedAt } = TOPIC_CODECS.exposures.decode(value);
    return { userIds: [unitId], atMs: exposedAt?.getTime() ?? 0 };
  },
  factors: (value) => {
    const { users, learnedTo } = TOPIC_CODECS.factors.decode(value);
    return { userIds: users.map(({ key }) => key), atMs: learnedTo?.getTime() ?? 0 };
  },
  erasures: (value) => {
    const { userId, requestedAt } = TOPIC_CODECS.erasures.decode(value);
    return { userIds: [userId], atMs: requestedAt?.getTime() ?? 0 };
  },
};

/** Topics whose records lie where the user's key does; entities name users as followees and authors too. */
const KEYED_BY_USER: readonly TopicName[] = ['interactions', 'decisions', 'predictions', 'exposures', 'erasures'];
/** The record of the erasure is the last one to go: until then it can be delivered again. */
const ORDER: readonly TopicName[] = [
  ...(['interactions', 'entities', 'decisions', 'predictions'] as const),
  ...(['exposures', 'factors', 'erasures'] as const),
];

/** The records about a user in the event log, dead letters included. */
export function userLog(eventLog: Pick<EventLog, 'erase'>, now: () => Date): UserLog {
  return {
    erase: async (whom, { signal } = {}) => {
      let count = 0;
      let remainMs: number | undefined;
      for (const name of ORDER) {
        const erased = await eventLog.erase(TOPICS[name].name, {
          mentions: nameIn(name, whom),
          matches: (record) => isAbout(name, record, whom),
          ...(KEYED_BY_USER.includes(name) ? { key: whom.userId } : {}),
          signal,
        });
        count += erased.count;
        const leftMs = erased.remainUntil && erased.remainUntil.getTime() - now().getTime();
        if (leftMs !== undefined) remainMs = Math.max(leftMs, remainMs ?? 0);
      }
      return remainMs === undefined ? { count } : { count, remainHours: Math.ceil(remainMs / HOUR_MS) };
    },
  };
}

/** Factors know users by keyed hash. A record of them leaves with those of others in it, which serving has handled long ago. */
const nameIn = (name: TopicName, { userId, userKey }: Whom) => (name === 'factors' ? userKey : userId);

function isAbout(name: TopicName, { key, value }: DeliveredRecord, whom: Whom): boolean {
  const user = nameIn(name, whom);
  try {
    const { userIds, atMs } = ABOUT[name]!(value);
    return atMs <= whom.requestedAt.getTime() && (userIds.includes(user) || isOwn(name, key, user));
  } catch {
    // What cannot be decoded may be about anybody whom it mentions as a word.
    return key === user || mentionsWord(Buffer.from(value), user);
  }
}

const isOwn = (name: TopicName, key: string, userId: string) => KEYED_BY_USER.includes(name) && key === userId;

type Entity = ReturnType<typeof TOPIC_CODECS.entities.decode>['entity'];

function usersOf(entity: Entity): readonly string[] {
  switch (entity?.$case) {
    case 'user':
      return [entity.value.userId];
    case 'item':
      return [entity.value.authorId];
    case 'follow':
      return [entity.value.followerId, entity.value.followeeId];
    case 'block':
      return [entity.value.userId, ...(entity.value.target?.$case === 'authorId' ? [entity.value.target.value] : [])];
    case undefined:
      return [];
    default:
      return entity satisfies never;
  }
}

const WORD = /[\w.:@-]/;

function mentionsWord(bytes: Buffer, word: string): boolean {
  const text = bytes.toString('latin1');
  const wanted = Buffer.from(word).toString('latin1');
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + wanted.length] ?? ' '];
    // a text of a message stands behind its length, which may look like a letter
    const isField = before.charCodeAt(0) === wanted.length;
    if (isField || (!WORD.test(before) && !WORD.test(after))) return true;
  }
  return false;
}
