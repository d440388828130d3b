import type { DeadLetter, DeadLetters, RedrivenDeadLetters } from '../dead-letter-ports';
import { requireNone } from '../domain/request-size';
import type { ForgottenWatch } from '../erasure-ports';
import type { CallOptions } from '../ports';
import { missing } from './get-dead-letter';
import { topicsFor } from './list-dead-letters';

const MAX_IDS = 1_000;
/** What is appended in one transaction. */
const LETTERS_AT_ONCE = 200;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Which dead letters to append again: those named, or all of a topic. */
export interface RedriveQuestion {
  readonly ids: readonly string[];
  readonly topic: string;
}

/** What became of them. */
export interface RedriveCounts {
  readonly redrivenCount: number;
  /** Those that had been redriven before and were left alone. */
  readonly alreadyRedrivenCount: number;
}

/**
 * Appends dead letters to the topics that they came from, each once. All groups of the topic get the record: those that had
 * handled it before know its event id.
 */
export function makeRedriveDeadLetters(needs: {
  readonly deadLetters: DeadLetters;
  readonly redriven: RedrivenDeadLetters;
  readonly forgotten: ForgottenWatch;
}) {
  const { deadLetters, forgotten } = needs;
  return async ({ ids, topic }: RedriveQuestion, options: CallOptions = {}): Promise<RedriveCounts> => {
    requireNone(violationsOf({ ids, topic }));
    const wanted = new Set(ids);
    const names = ids.length === 0 ? [topic] : [...new Set(ids.map((id) => deadLetters.topicOf(id)))];
    const topics = names.flatMap((name) => topicsFor(name, deadLetters));
    const isWanted = ({ id }: DeadLetter) => wanted.size === 0 || wanted.has(id);
    if (wanted.size > 0) await requireAll(wanted, topics, deadLetters, options);
    let redrivenCount = 0;
    let count = 0;
    for (const name of topics) {
      for await (const chunk of chunks(deadLetters.read(name, options), isWanted)) {
        // an erasure takes a user's letters too: one that was read a moment before must not come back by this way
        await forgotten.refresh();
        const letters = chunk.filter((letter) => !isForgotten(letter, needs));
        redrivenCount += await redrive(name, letters, { ...needs, ...options });
        count += letters.length;
      }
    }
    return { redrivenCount, alreadyRedrivenCount: count - redrivenCount };
  };
}

function violationsOf({ ids, topic }: RedriveQuestion) {
  if (ids.length === 0 && topic === '')
    return [{ field: 'ids', description: 'must name dead letters, or topic a topic' }];
  if (ids.length > 0 && topic !== '') return [{ field: 'topic', description: 'must be empty when ids are named' }];
  if (ids.length > MAX_IDS) return [{ field: 'ids', description: `must have at most ${MAX_IDS} elements` }];
  return [];
}

function isForgotten(
  { topic, key, diedAt }: DeadLetter,
  { deadLetters, forgotten }: Pick<Parameters<typeof makeRedriveDeadLetters>[0], 'deadLetters' | 'forgotten'>,
): boolean {
  return deadLetters.isKeyedByUser(topic) && forgotten.covers(key, diedAt.getTime());
}

/** Nothing is done when one of those that are named is not there. */
async function requireAll(
  wanted: ReadonlySet<string>,
  topics: readonly string[],
  deadLetters: DeadLetters,
  options: CallOptions,
): Promise<void> {
  const left = new Set(wanted);
  for (const topic of topics) for await (const { id } of deadLetters.read(topic, options)) left.delete(id);
  if (left.size > 0) throw missing([...left]);
}

function redrive(
  topic: string,
  letters: readonly DeadLetter[],
  { deadLetters, redriven, signal }: Parameters<typeof makeRedriveDeadLetters>[0] & CallOptions,
): Promise<number> {
  return redriven.once(
    letters.map(({ id }) => id),
    (ids) =>
      deadLetters.append(
        topic,
        letters.filter(({ id }) => ids.has(id)),
        { signal },
      ),
  );
}

async function* chunks(letters: AsyncIterable<DeadLetter>, isWanted: (letter: DeadLetter) => boolean) {
  let chunk: DeadLetter[] = [];
  let bytes = 0;
  for await (const letter of letters) {
    if (!isWanted(letter)) continue;
    chunk.push(letter);
    bytes += letter.value.length;
    if (chunk.length < LETTERS_AT_ONCE && bytes < BYTES_AT_ONCE) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}
