import { LRUCache } from 'lru-cache';
import type { Waiting } from '../ports';
import type { KeptUser, KeptUserReader, UserMemory } from '../user-ports';

/** How the cache is sized and how long an entry counts as fresh. */
export interface UsersCacheOptions {
  readonly read: (userId: string) => Promise<KeptUser>;
  readonly maxUsers: number;
  /** Another replica may consume a user's events without this one hearing of it, so freshness is bounded by time. */
  readonly freshMs: number;
  readonly stopwatch: () => number;
}

interface Entry {
  readonly user: KeptUser;
  readonly freshUntil: number;
}

interface Reading {
  readonly startedAt: number;
  readonly user: Promise<KeptUser>;
}

/** The hydrators of one request begin within this time: they share one read. */
const ONE_REQUEST_MS = 10;
/** Users who saw much more take the place of several: what bounds the memory is marks, not users. */
const USUAL_MARKS = 1_000;
/** The longest that a process remembers a user who does not come back, erased ones included. */
const REMEMBERED_MS = 3_600_000;

/** The longest after a change in the store that a process may still act on what it read before. */
export function longestStaleMs(freshMs: number): number {
  return Math.max(freshMs, ONE_REQUEST_MS);
}

/**
 * The hot users in this process: fresh for a moment, and afterwards still there for when Redis is not. What was read before the catalog
 * had all that the user hides or blocks is never fresh: the next slate could show what has come meanwhile.
 */
export class CachedUsers implements KeptUserReader, UserMemory {
  readonly #entries: LRUCache<string, Entry>;
  /** The latest read of each user under way: one that an event has overtaken must not be kept. */
  readonly #reading = new Map<string, Reading>();

  constructor(private readonly options: UsersCacheOptions) {
    this.#entries = new LRUCache({
      max: options.maxUsers,
      maxSize: options.maxUsers * USUAL_MARKS,
      sizeCalculation: ({ user }) => Math.min(USUAL_MARKS * options.maxUsers, 1 + user.seen.size),
      ttl: REMEMBERED_MS,
    });
  }

  async kept(userId: string, _waiting: Waiting): Promise<KeptUser> {
    const { stopwatch, freshMs } = this.options;
    const now = stopwatch();
    const entry = this.#entries.get(userId);
    if (entry !== undefined && entry.freshUntil > now) return entry.user;
    const reading = this.#reading.get(userId);
    if (reading !== undefined && now - reading.startedAt < longestStaleMs(freshMs)) return reading.user;
    return this.#read(userId, now);
  }

  lastKnown(userId: string): KeptUser | undefined {
    return this.#entries.peek(userId)?.user;
  }

  /** The users' events have moved on: the next slate reads anew. */
  invalidate(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.#reading.delete(userId);
      const entry = this.#entries.peek(userId);
      if (entry !== undefined) this.#entries.set(userId, { user: entry.user, freshUntil: Number.NEGATIVE_INFINITY });
    }
  }

  /** Remembers nothing of the user any more. */
  forget(userId: string): void {
    this.#reading.delete(userId);
    this.#entries.delete(userId);
  }

  async #read(userId: string, startedAt: number): Promise<KeptUser> {
    const reading = { startedAt, user: this.options.read(userId) };
    this.#reading.set(userId, reading);
    try {
      const user = await reading.user;
      // What was read may be as old as the question.
      const freshUntil = user.isProvisional ? Number.NEGATIVE_INFINITY : startedAt + this.options.freshMs;
      if (this.#reading.get(userId) === reading) this.#entries.set(userId, { user, freshUntil });
      return user;
    } finally {
      if (this.#reading.get(userId) === reading) this.#reading.delete(userId);
    }
  }
}
