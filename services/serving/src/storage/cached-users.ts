import { LRUCache } from 'lru-cache';
import type { SeenItems, SeenItemsReader, Waiting } from '../ports';

/** How the cache is sized and how long an entry counts as fresh. */
export interface SeenItemsCacheOptions {
  readonly read: (userId: string) => Promise<SeenItems>;
  readonly maxUsers: number;
  /** Another replica may consume a user's events without this one hearing of it, so freshness is bounded by time. */
  readonly freshMs: number;
  readonly stopwatch: () => number;
}

interface Entry {
  readonly items: SeenItems;
  readonly freshUntil: number;
}

/** The hot users' seen items in this process: fresh for a moment, and afterwards still there for when Redis is not. */
export class CachedSeenItems implements SeenItemsReader {
  readonly #entries: LRUCache<string, Entry>;
  /** The latest read of each user under way: one that an event has overtaken must not be kept. */
  readonly #reading = new Map<string, object>();

  constructor(private readonly options: SeenItemsCacheOptions) {
    this.#entries = new LRUCache({ max: options.maxUsers });
  }

  async seenBy(userId: string, _waiting: Waiting): Promise<SeenItems> {
    const { read, stopwatch, freshMs } = this.options;
    const entry = this.#entries.get(userId);
    if (entry !== undefined && entry.freshUntil > stopwatch()) return entry.items;
    const token = {};
    this.#reading.set(userId, token);
    try {
      const items = await read(userId);
      if (this.#reading.get(userId) === token) this.#entries.set(userId, { items, freshUntil: stopwatch() + freshMs });
      return items;
    } finally {
      if (this.#reading.get(userId) === token) this.#reading.delete(userId);
    }
  }

  lastKnown(userId: string): SeenItems | undefined {
    return this.#entries.peek(userId)?.items;
  }

  /** The users' events have moved on: the next slate reads anew. */
  invalidate(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.#reading.delete(userId);
      const entry = this.#entries.peek(userId);
      if (entry !== undefined) this.#entries.set(userId, { items: entry.items, freshUntil: Number.NEGATIVE_INFINITY });
    }
  }
}
