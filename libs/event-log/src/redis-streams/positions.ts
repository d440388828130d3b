import type { Redis } from 'ioredis';
import type { RawEntry } from './entry-codec';

/** What Redis knows about one stream. */
export interface StreamState {
  /** Entries ever added; grows with each append and never shrinks. */
  readonly added: number;
  readonly length: number;
  readonly firstId: string;
  readonly lastId: string;
}

const BEGINNING = '0-0';
const COUNT_PAGE = 1_000;

/** Whether stream id `a` comes before `b`. */
export function isBefore(a: string, b: string): boolean {
  const [aMs, aSeq] = a.split('-').map(Number) as [number, number];
  const [bMs, bSeq] = b.split('-').map(Number) as [number, number];
  return aMs < bMs || (aMs === bMs && aSeq < bSeq);
}

/** The state of a stream; an empty one when it does not exist yet. */
export async function streamState(redis: Redis, stream: string): Promise<StreamState> {
  let reply: unknown[];
  try {
    reply = (await redis.callBuffer('XINFO', 'STREAM', stream)) as unknown[];
  } catch (error) {
    if (!String(error).includes('no such key')) throw error;
    return { added: 0, length: 0, firstId: BEGINNING, lastId: BEGINNING };
  }
  const facts = new Map<string, unknown>();
  for (let i = 0; i < reply.length; i += 2) facts.set(String(reply[i]), reply[i + 1]);
  const length = Number(facts.get('length'));
  const first = facts.get('first-entry') as RawEntry | null;
  return {
    // servers before Redis 7 do not count; the length is right for them as long as nothing was trimmed
    added: Number(facts.get('entries-added') ?? length),
    length,
    firstId: first ? String(first[0]) : BEGINNING,
    lastId: String(facts.get('last-generated-id')),
  };
}

/** Exclusive id to read after so that the first record given is the first one at or after `date`. */
export function idBefore(date: Date): string {
  return date.getTime() <= 0 ? BEGINNING : `${date.getTime() - 1}-18446744073709551615`;
}

/**
 * The position a new group begins with, as it is stored: the id of the last handled record and, after a space, how many records
 * of the partition come up to it (its ordinal), which makes lag a subtraction.
 */
export async function initialPosition(redis: Redis, stream: string, from: 'start' | 'end' | Date): Promise<string> {
  const state = await streamState(redis, stream);
  if (from === 'end') return `${state.lastId} ${state.added}`;
  if (from === 'start') return `${BEGINNING} ${state.added - state.length}`;
  const after = idBefore(from);
  return `${after} ${state.added - (await countBetween(redis, stream, after, state.lastId))}`;
}

/** How many records of a partition a group has still to handle. */
export async function lagOf(redis: Redis, stream: string, position: string | null): Promise<number> {
  const state = await streamState(redis, stream);
  if (position === null) return state.length;
  const [id, ordinal] = position.split(' ') as [string, string];
  if (state.length === 0 || !isBefore(id, state.lastId)) return 0;
  if (isBefore(id, state.firstId)) return state.length;
  return Math.min(state.length, Math.max(1, state.added - Number(ordinal)));
}

async function countBetween(redis: Redis, stream: string, after: string, until: string): Promise<number> {
  let count = 0;
  for (let id = after; isBefore(id, until); ) {
    const page = (await redis.callBuffer('XRANGE', stream, `(${id}`, until, 'COUNT', COUNT_PAGE)) as RawEntry[];
    if (page.length === 0) break;
    count += page.length;
    id = String(page.at(-1)![0]);
  }
  return count;
}
