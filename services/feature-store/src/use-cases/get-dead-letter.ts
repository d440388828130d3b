import { AppError } from '@attune/errors';
import type { DeadLetter } from '../dead-letter-ports';
import type { CallOptions } from '../ports';
import { type ShowDeadLetterNeeds, type ShownDeadLetter, shownDeadLetters, topicsFor } from './list-dead-letters';

/** Reads one dead letter. */
export function makeGetDeadLetter(needs: ShowDeadLetterNeeds) {
  return async (id: string, options: CallOptions = {}): Promise<ShownDeadLetter> => {
    const [topic] = topicsFor(needs.deadLetters.topicOf(id), needs.deadLetters);
    for await (const letter of needs.deadLetters.read(topic!, options)) {
      if (letter.id === id) return (await shownDeadLetters([letter], needs, options))[0]!;
    }
    throw missing([id]);
  };
}

/** Says that dead letters are not there. */
export function missing(ids: readonly DeadLetter['id'][]): AppError {
  const named = ids.slice(0, 5).map((id) => `"${id}"`);
  const more = ids.length > named.length ? ` and ${ids.length - named.length} more` : '';
  return new AppError(
    'not_found.dead_letter',
    `there is no dead letter ${named.join(', ')}${more}: it has left with the retention of its topic, or was erased with a user`,
  );
}
