const MINUTE_MS = 60_000;
/** Minutes that a cell holds. */
const MINUTES = 8;
/** Minutes whose events count as live. One more is kept: the rate of a minute looks at the one before it. */
const LIVE_MINUTES = MINUTES - 1;
const ROWS = 2;
const FULL = 0xffff;
const NOBODY: readonly number[] = Object.freeze([]);

/** Who acted when. */
export interface Act {
  readonly userId: string;
  readonly occurredAt: Date;
}

/** How the rates of users are measured. */
export interface UserRatesOptions {
  /** Events per user and minute from which on they count as made by a machine; 0 for no limit. */
  readonly limitPerMinute: number;
  /** A random whole number, so that nobody can choose an id that shares its counters with somebody else's. */
  readonly seed: number;
  /** Counters per row, a power of two. */
  readonly cells?: number;
}

/**
 * How fast users act, in a table of fixed size: a count-min sketch (Cormode and Muthukrishnan 2005) of two rows, with one
 * counter per minute. A user's counters may be shared with another's, so a count can be too high, never too low. The table is
 * small enough to stay in a processor's cache, and events are counted a batch at a time, so that the processor waits for
 * several cells at once: both matter more than the arithmetic.
 *
 * The rate is that of the moment when events happened: the count of the event's minute and, by the share of it that the last
 * 60 seconds reach into, of the minute before. So what a phone sends after an hour without network is no burst. Only live
 * events are measured, those of the last six minutes: what is older is history that somebody brings. Each process measures
 * what comes to it.
 */
export class UserRates {
  readonly #limit: number;
  readonly #seed: number;
  readonly #mask: number;
  readonly #counts: Uint16Array;
  /** The oldest live minute. */
  #oldest = 0;

  constructor({ limitPerMinute, seed, cells = 16_384 }: UserRatesOptions) {
    this.#limit = limitPerMinute;
    this.#seed = seed;
    this.#mask = cells - 1;
    this.#counts = new Uint16Array(ROWS * cells * MINUTES);
  }

  /** Counts acts, and returns the places of those whose users act faster than the limit. */
  count(acts: readonly Act[], nowMs: number): readonly number[] {
    if (this.#limit === 0) return NOBODY;
    this.#moveTo(Math.floor(nowMs / MINUTE_MS));
    const limit = this.#limit;
    const counts = this.#counts;
    let fast: number[] | undefined;
    // Written in one piece, in whole numbers of 32 bits: it runs for every event.
    for (let place = 0; place < acts.length; place++) {
      const act = acts[place]!;
      const sinceMs = this.#sinceOldest(act.occurredAt.getTime());
      if (sinceMs < 0) continue;
      const minute = (sinceMs / MINUTE_MS) | 0;
      const column = (this.#oldest + minute) & (MINUTES - 1);
      const columnBefore = (column - 1) & (MINUTES - 1);
      const hash = hashOf(act.userId, this.#seed);
      const first = this.#first(hash);
      const second = this.#second(hash);
      const one = counts[first + column]!;
      const other = counts[second + column]!;
      if (one < FULL) counts[first + column] = one + 1;
      if (other < FULL) counts[second + column] = other + 1;
      const now = Math.min(one, other) + 1;
      const before = Math.min(counts[first + columnBefore]!, counts[second + columnBefore]!);
      // Nearly everybody stops here.
      if (now + before <= limit) continue;
      const left = 1 - (sinceMs - minute * MINUTE_MS) / MINUTE_MS;
      if (now + before * left > limit) (fast ??= []).push(place);
    }
    return fast ?? NOBODY;
  }

  /** Takes acts back that were counted: they were not accepted after all, and may come again. */
  takeBack(acts: readonly Act[]): void {
    for (const { userId, occurredAt } of acts) {
      const sinceMs = this.#sinceOldest(occurredAt.getTime());
      if (this.#limit === 0 || sinceMs < 0) continue;
      const column = (this.#oldest + ((sinceMs / MINUTE_MS) | 0)) & (MINUTES - 1);
      const hash = hashOf(userId, this.#seed);
      for (const cell of [this.#first(hash) + column, this.#second(hash) + column]) {
        if (this.#counts[cell]! > 0) this.#counts[cell]!--;
      }
    }
  }

  /** Milliseconds since the oldest live minute began; negative for history. A clock that is ahead counts as ours. */
  #sinceOldest(occurredAtMs: number): number {
    const sinceMs = occurredAtMs - this.#oldest * MINUTE_MS;
    if (sinceMs < 0) return -1;
    return Math.min(sinceMs, LIVE_MINUTES * MINUTE_MS - 1) | 0;
  }

  #first(hash: number): number {
    return (hash & this.#mask) * MINUTES;
  }

  #second(hash: number): number {
    return (this.#mask + 1 + ((Math.imul(hash, 0x9e3779b1) >>> 15) & this.#mask)) * MINUTES;
  }

  /** Forgets what is older than the minute before the live ones. */
  #moveTo(minute: number): void {
    const newest = this.#oldest + LIVE_MINUTES - 1;
    for (let n = Math.max(newest + 1, minute - MINUTES + 1); n <= minute; n++) {
      for (let at = n & (MINUTES - 1); at < this.#counts.length; at += MINUTES) this.#counts[at] = 0;
    }
    this.#oldest = Math.max(this.#oldest, minute - LIVE_MINUTES + 1);
  }
}

// FNV-1a over UTF-16 units with the last steps of MurmurHash3, which mix the lowest bits.
function hashOf(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
