import { AppError } from '@attune/errors';
import { deadLetterTopic } from './dead-letters';
import type { DeliveredRecord, EventLog, EventRecord } from './port';

const MARK = 'dlq-';
/** The header of a record that was appended again: the id of the dead letter that it was. */
const REDRIVEN_FROM = 'redriven-from';
const LETTERS_PER_LOOK = 500;

/** A record that a group could not handle, as it lies in the dead-letter topic. */
export interface DeadLetter {
  /** Topic, partition and position of the dead letter itself. */
  readonly id: string;
  /** Where the record came from. */
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  /** Who could not handle it, why, and after how many attempts. */
  readonly group: string;
  readonly reason: string;
  readonly attempts: number;
  readonly diedAt: Date;
  /** The record as it was. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a page of dead letters ended: to be handed back as it is. */
export type DeadLetterPlace = readonly [diedAtMs: number, partition: number, topic: string, id: string];

/** Which dead letters of some topics to list. */
export interface DeadLetterQuestion {
  readonly topics: readonly string[];
  readonly limit: number;
  /** Only those that come after this place. */
  readonly after?: DeadLetterPlace | undefined;
  /** Keeps some of a few hundred letters, for instance those that were not redriven. */
  readonly keep?: (letters: readonly DeadLetter[]) => Promise<readonly DeadLetter[]>;
  readonly signal?: AbortSignal | undefined;
}

/** Every dead letter of a topic; of one partition the oldest first. */
export async function* readDeadLetters(
  log: EventLog,
  topic: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<DeadLetter> {
  const { signal } = options;
  const letters = log.read(deadLetterTopic(topic), { from: 'start', ...(signal === undefined ? {} : { signal }) });
  for await (const record of letters) yield letterOf(record, topic);
}

/**
 * A page of dead letters, newest first. The log reads forward only, so a page reads all of them and holds no more than twice the
 * page: they are few, or there is something else to mend first.
 */
export async function listDeadLetters(log: EventLog, question: DeadLetterQuestion): Promise<readonly DeadLetter[]> {
  const { topics, limit, after, keep = async (letters) => letters, signal } = question;
  let newest: Seen[] = [];
  let looked: Seen[] = [];
  const take = async () => {
    const kept = new Set(await keep(looked.map(({ letter }) => letter)));
    newest = [...newest, ...looked.filter(({ letter }) => kept.has(letter))].sort(newestFirst).slice(0, limit);
    looked = [];
  };
  for (const topic of topics) {
    const isAfter = afterPlace(after);
    let order = 0;
    for await (const letter of readDeadLetters(log, topic, { signal })) {
      const seen: Seen = { letter, topic, partition: partitionOfId(letter.id), order: order++ };
      if (!isAfter(seen)) continue;
      looked.push(seen);
      if (looked.length >= LETTERS_PER_LOOK) await take();
    }
  }
  await take();
  return newest.map(({ letter }) => letter);
}

/** The place of a letter in the list. */
export function placeOfDeadLetter(letter: DeadLetter): DeadLetterPlace {
  return [letter.diedAt.getTime(), partitionOfId(letter.id), letter.topic, letter.id];
}

/** The topic that a dead letter's id names. */
export function topicOfDeadLetter(id: string): string {
  return partsOf(id).topic;
}

/** The record of a dead letter as it is appended again: it was never handled, so whoever handled it before does so anew. */
export function redrivenRecord({ id, key, value, headers }: DeadLetter): EventRecord {
  return { key, value, headers: { ...headers, [REDRIVEN_FROM]: id } };
}

interface Seen {
  readonly letter: DeadLetter;
  readonly topic: string;
  readonly partition: number;
  /** Counts what was read of the topic: positions cannot be compared, but of one partition they come in their order. */
  readonly order: number;
}

function letterOf(record: DeliveredRecord, topic: string): DeadLetter {
  const { headers, key, value } = record;
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(MARK));
  return {
    id: `${topic}/${record.partition}/${record.position}`,
    topic: headers['dlq-topic'] ?? topic,
    partition: Number(headers['dlq-partition'] ?? record.partition),
    position: headers['dlq-position'] ?? '',
    group: headers['dlq-group'] ?? '',
    reason: headers['dlq-reason'] ?? '',
    attempts: Number(headers['dlq-attempts'] ?? 0),
    diedAt: record.appendedAt,
    ...{ key, value, headers: Object.fromEntries(own) },
  };
}

function newestFirst(a: Seen, b: Seen): number {
  const byTime = b.letter.diedAt.getTime() - a.letter.diedAt.getTime();
  if (byTime !== 0) return byTime;
  if (a.partition !== b.partition) return b.partition - a.partition;
  if (a.topic !== b.topic) return a.topic < b.topic ? 1 : -1;
  return b.order - a.order;
}

/** Tells which letters come after a place; of one partition it must be asked in the order of reading. */
function afterPlace(place: DeadLetterPlace | undefined): (seen: Seen) => boolean {
  if (place === undefined) return () => true;
  const [diedAtMs, partition, topic, id] = place;
  let isPassed = false;
  return (seen) => {
    if (seen.letter.id === id) isPassed = true;
    const at = seen.letter.diedAt.getTime();
    if (at !== diedAtMs) return at < diedAtMs;
    if (seen.partition !== partition) return seen.partition < partition;
    if (seen.topic !== topic) return seen.topic < topic;
    return !isPassed;
  };
}

function partitionOfId(id: string): number {
  return partsOf(id).partition;
}

function partsOf(id: string): { readonly topic: string; readonly partition: number } {
  const [, topic, partition] = /^([^/]+)\/(\d+)\/[^/]+$/.exec(id) ?? [];
  if (topic !== undefined) return { topic, partition: Number(partition) };
  throw new AppError(
    'invalid.dead_letter',
    `"${id}" is no id of a dead letter: take one from the list of dead letters`,
  );
}
