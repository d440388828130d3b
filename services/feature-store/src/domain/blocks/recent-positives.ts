import type { ByteReader, ByteWriter } from '../bytes';
import type { InteractionSeen } from '../feature-event';
import type { Part } from './part';

/** A positive interaction with what its item was when the store learned of it. */
export interface PositiveEntry {
  readonly timeMs: number;
  readonly strength: number;
  readonly itemKey: number;
  /** 0 where the item has no author, or nothing was known of it. */
  readonly authorKey: number;
  /** Position in CONTENT_TYPES. */
  readonly contentType: number;
  /** The category first, then tags; empty where nothing was known of the item. */
  readonly topics: readonly string[];
}

const CAPACITY = 32;
/** Strengths are kept in hundredths: whole numbers are short and exact. */
const STRENGTH_SCALE = 100;
/** Topics of one entry that are kept. */
export const MAX_TOPICS = 6;

/**
 * The last 32 positive interactions of a user, the latest first: what taste, authors and variety are read from. They are kept
 * with the item's topics of that time, so that a read needs nothing but the user's state, and a later change of the item does
 * not rewrite what the user once liked.
 *
 * Order does not matter: of all positive interactions the 32 greatest by (time, item, strength, ...) stay.
 */
export const recentPositives: Part<PositiveEntry[]> = {
  name: 'recent_positives',
  version: 1,
  hears: (event) => event.kind === 'interaction' && event.strength > 0,
  initial: () => [],
  on: (event, entries) => {
    if (event.kind !== 'interaction' || event.strength <= 0) return false;
    const last = entries.length === CAPACITY ? entries[CAPACITY - 1]! : undefined;
    if (last !== undefined && event.occurredAtMs < last.timeMs) return false;
    return insert(entries, entryOf(event));
  },
  write,
  read,
};

function entryOf({ occurredAtMs, strength, itemKey, item }: InteractionSeen): PositiveEntry {
  return {
    timeMs: occurredAtMs,
    strength: Math.max(1, Math.round(strength * STRENGTH_SCALE)) / STRENGTH_SCALE,
    itemKey,
    authorKey: item?.authorKey ?? 0,
    contentType: item?.contentType ?? 0,
    topics: item?.topics ?? [],
  };
}

function insert(entries: PositiveEntry[], entry: PositiveEntry): boolean {
  let at = 0;
  while (at < entries.length && compare(entries[at]!, entry) > 0) at++;
  if (at === CAPACITY) return false;
  entries.splice(at, 0, entry);
  if (entries.length > CAPACITY) entries.pop();
  return true;
}

// Entries that are equal in all of this are the same to every reader, so it does not matter which of them stays.
function compare(a: PositiveEntry, b: PositiveEntry): number {
  const difference =
    a.timeMs - b.timeMs ||
    a.itemKey - b.itemKey ||
    a.strength - b.strength ||
    a.authorKey - b.authorKey ||
    a.contentType - b.contentType;
  if (difference !== 0 || a.topics === b.topics) return difference;
  const [one, other] = [a.topics.join('\n'), b.topics.join('\n')];
  return one < other ? -1 : Number(one > other);
}

function write(entries: PositiveEntry[], out: ByteWriter): void {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  for (const { topics } of entries) {
    for (const topic of topics) {
      if (numbers.has(topic)) continue;
      numbers.set(topic, names.length);
      names.push(topic);
    }
  }
  out.count(names.length);
  for (const name of names) out.text(name);
  out.count(entries.length);
  let before = entries[0]?.timeMs ?? 0;
  out.number(before);
  for (const { timeMs, strength, itemKey, authorKey, contentType, topics } of entries) {
    out.count(before - timeMs);
    before = timeMs;
    out.count(Math.round(strength * STRENGTH_SCALE));
    out.count(itemKey);
    out.count(authorKey);
    out.byte(contentType);
    out.byte(topics.length);
    for (const topic of topics) out.count(numbers.get(topic)!);
  }
}

function read(from: ByteReader): PositiveEntry[] {
  const names = Array.from({ length: from.count() }, () => from.text());
  const length = from.count();
  let timeMs = from.number();
  const entries: PositiveEntry[] = [];
  for (let i = 0; i < length; i++) {
    timeMs -= from.count();
    const strength = from.count() / STRENGTH_SCALE;
    const itemKey = from.count();
    const authorKey = from.count();
    const contentType = from.byte();
    const topics: string[] = [];
    for (let left = from.byte(); left > 0; left--) topics.push(names[from.count()]!);
    entries.push({ timeMs, strength, itemKey, authorKey, contentType, topics });
  }
  return entries;
}
