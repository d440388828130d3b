import { LRUCache } from 'lru-cache';
import type { SocialProof, SocialReader, UserMemory, Waiting } from '../ports';

/** So many are kept of each user; no slate asks for more. */
const KEPT_EACH = 500;

/** How the cache is sized and how long an entry is used. */
export interface SocialCacheOptions {
  readonly read: (userId: string, waiting: Waiting) => Promise<readonly SocialProof[]>;
  readonly maxUsers: number;
  readonly freshMs: number;
  readonly stopwatch: () => number;
}

interface Entry {
  readonly proofs: Promise<readonly SocialProof[]>;
  readonly freshUntil: number;
}

/** What people liked whom users follow, kept in this process for some seconds. */
export class CachedSocialProof implements SocialReader, UserMemory {
  readonly #entries: LRUCache<string, Entry>;

  constructor(private readonly options: SocialCacheOptions) {
    this.#entries = new LRUCache({ max: options.maxUsers, ttl: Math.max(1, options.freshMs) });
  }

  async likedByFollowed(userId: string, count: number, waiting: Waiting): Promise<readonly SocialProof[]> {
    const now = this.options.stopwatch();
    const known = this.#entries.get(userId);
    const entry = known !== undefined && known.freshUntil > now ? known : this.#read(userId, now, waiting);
    return (await entry.proofs).slice(0, count);
  }

  /** Whom the users follow has changed. */
  invalidate(userIds: Iterable<string>): void {
    for (const userId of userIds) this.#entries.delete(userId);
  }

  forget(userId: string): void {
    this.#entries.delete(userId);
  }

  #read(userId: string, now: number, waiting: Waiting): Entry {
    const proofs = this.options.read(userId, waiting).then((found) => found.slice(0, KEPT_EACH));
    const entry = { proofs, freshUntil: now + this.options.freshMs };
    this.#entries.set(userId, entry);
    // What failed is asked for again.
    proofs.catch(() => {
      if (this.#entries.peek(userId) === entry) this.#entries.delete(userId);
    });
    return entry;
  }
}
