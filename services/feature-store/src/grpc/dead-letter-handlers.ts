import { type featureStore, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import type { makeGetDeadLetter } from '../use-cases/get-dead-letter';
import type { makeListDeadLetters, ShownDeadLetter } from '../use-cases/list-dead-letters';
import type { makeRedriveDeadLetters } from '../use-cases/redrive-dead-letters';

type DeadLetterHandlers = Pick<
  Handlers<featureStore.FeatureStoreServiceServer>,
  'listDeadLetters' | 'getDeadLetter' | 'redriveDeadLetters'
>;

/** What the handlers call. */
export interface DeadLetterUseCases {
  readonly listDeadLetters: ReturnType<typeof makeListDeadLetters>;
  readonly getDeadLetter: ReturnType<typeof makeGetDeadLetter>;
  readonly redriveDeadLetters: ReturnType<typeof makeRedriveDeadLetters>;
}

/** The RPCs about dead letters. */
export function deadLetterHandlers(use: DeadLetterUseCases): DeadLetterHandlers {
  return {
    listDeadLetters: async (request, { signal }) => {
      const { letters, nextPageToken } = await use.listDeadLetters(request, { signal });
      return { deadLetters: letters.map(fromLetter), nextPageToken };
    },
    getDeadLetter: async ({ id }, { signal }) => {
      const letter = await use.getDeadLetter(id, { signal });
      const { value, headers } = letter;
      return {
        deadLetter: fromLetter(letter),
        value: Buffer.from(value),
        json: jsonOf(letter),
        headers: { ...headers },
      };
    },
    redriveDeadLetters: (request, { signal }) => use.redriveDeadLetters(request, { signal }),
  };
}

function fromLetter({ headers: _, value, ...letter }: ShownDeadLetter): featureStore.DeadLetter {
  return { ...letter, valueBytes: value.length };
}

/** The content as JSON; empty where it cannot be decoded, which may be why the letter is here. */
function jsonOf({ topic, value }: ShownDeadLetter): string {
  const name = (Object.keys(TOPICS) as (keyof typeof TOPICS)[]).find((key) => TOPICS[key].name === topic);
  if (name === undefined) return '';
  try {
    const codec = TOPIC_CODECS[name];
    return JSON.stringify(codec.toJSON(codec.decode(value) as never));
  } catch {
    return '';
  }
}
