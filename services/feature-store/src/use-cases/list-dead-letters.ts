import { page, pageSize, placeOf } from '@attune/paging';
import type { DeadLetter, DeadLetters, RedrivenDeadLetters } from '../dead-letter-ports';
import { requireNone } from '../domain/request-size';
import type { CallOptions } from '../ports';

const DEFAULT_PAGE_SIZE = 50;
/** A letter holds a whole record, which can be long. */
const MAX_PAGE_SIZE = 200;

/** Which page of which dead letters. */
export interface DeadLetterListQuestion {
  /** Empty for all topics. */
  readonly topic: string;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly includeRedriven: boolean;
}

/** A dead letter as it is shown: without the id of a user. */
export interface ShownDeadLetter extends DeadLetter {
  /** When it was appended again, if it was. */
  readonly redrivenAt: Date | undefined;
}

/** What showing dead letters needs. */
export interface ShowDeadLetterNeeds {
  readonly deadLetters: DeadLetters;
  readonly redriven: RedrivenDeadLetters;
  readonly userKeyOf: (userId: string) => string;
}

/** Lists dead letters, newest first. */
export function makeListDeadLetters(needs: ShowDeadLetterNeeds) {
  const { deadLetters, redriven } = needs;
  return async (asked: DeadLetterListQuestion, options: CallOptions = {}) => {
    const topics = topicsFor(asked.topic, deadLetters);
    const size = Math.min(pageSize(asked.pageSize, DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
    const question = `dead_letters:${asked.topic}:${asked.includeRedriven}`;
    const keep = async (letters: readonly DeadLetter[]) => {
      if (asked.includeRedriven) return letters;
      const gone = await redriven.redrivenAt(
        letters.map(({ id }) => id),
        options,
      );
      return letters.filter(({ id }) => !gone.has(id));
    };
    const after = placeOf(asked.pageToken, question);
    const found = await deadLetters.list({ ...options, topics, limit: size + 1, after, keep });
    const { rows, nextPageToken } = page(found, { size, question, placeAfter: deadLetters.placeOf });
    return { letters: await shownDeadLetters(rows, needs, options), nextPageToken };
  };
}

/** Dead letters with what is known of them; whoever looks through them need not learn who people are. */
export async function shownDeadLetters(
  letters: readonly DeadLetter[],
  { deadLetters, redriven, userKeyOf }: ShowDeadLetterNeeds,
  options: CallOptions = {},
): Promise<readonly ShownDeadLetter[]> {
  const times = await redriven.redrivenAt(
    letters.map(({ id }) => id),
    options,
  );
  return letters.map((letter) => ({
    ...letter,
    key: deadLetters.isKeyedByUser(letter.topic) ? userKeyOf(letter.key) : letter.key,
    redrivenAt: times.get(letter.id),
  }));
}

/** The topics that are asked for; refuses a name that is none. */
export function topicsFor(topic: string, { topics }: DeadLetters): readonly string[] {
  if (topic === '') return topics;
  if (topics.includes(topic)) return [topic];
  requireNone([{ field: 'topic', description: `must be one of ${topics.join(', ')}` }]);
  return [];
}
