import { LRUCache } from 'lru-cache';
import type { Waiting } from '../ports';
import type { SocialProof, SocialReader, ToldProof, UserMemory } from '../user-ports';

/** So many are kept of each user; no slate asks for more. */
const KEPT_EACH = 500;

/** How the cache is sized and how long an entry is used. */
export interface SocialCacheOptions {
  readonly read: (userId: string, waiting: Waiting) => Promise<ToldProof>;
  /** Whether it is known of all of them that they may be told of now. */
  readonly mayStillBeTold: (people: readonly string[]) => Promise<boolean>;
  readonly maxUsers: number;
  readonly freshMs: number;
  /** For so long nobody is asked again whether people still agree: the same that a slate waits for the user's own consent. */
  readonly consentFreshMs: number;
  readonly stopwatch: () => number;
}

interface Entry {
  readonly found: Promise<ToldProof>;
  readonly freshUntil: number;
  toldUntil: number;
}

/** What people liked whom users follow, kept in this process for some seconds, but no longer than all of them may be told of. */
export class CachedSocialProof implements SocialReader, UserMemory {
  readonly #entries: LRUCache<string, Entry>;

  constructor(private readonly options: SocialCacheOptions) {
    this.#entries = new LRUCache({ max: options.maxUsers, ttl: Math.max(1, options.freshMs) });
  }

  async likedByFollowed(userId: string, count: number, waiting: Waiting): Promise<readonly SocialProof[]> {
    const known = this.#entries.get(userId);
    const kept = known === undefined ? undefined : await this.#stillTold(known);
    const { proofs } = kept ?? (await this.#read(userId, known, waiting).found);
    return proofs.slice(0, count);
  }

  /** Whom the users follow has changed. */
  invalidate(userIds: Iterable<string>): void {
    for (const userId of userIds) this.#entries.delete(userId);
  }

  forget(userId: string): void {
    this.#entries.delete(userId);
  }

  /** What is kept, unless it is too old, or somebody in it may have refused since. */
  async #stillTold(entry: Entry): Promise<ToldProof | undefined> {
    const { stopwatch, consentFreshMs, mayStillBeTold } = this.options;
    if (entry.freshUntil <= stopwatch()) return undefined;
    // Whoever began the read may have gone away, and then its failure is not ours.
    const found = await entry.found.catch(() => undefined);
    const now = stopwatch();
    if (found === undefined || entry.toldUntil > now) return found;
    if (!(await mayStillBeTold(found.people))) return undefined;
    entry.toldUntil = now + consentFreshMs;
    return found;
  }

  /** Reads anew, together with those who found the same one out of date. */
  #read(userId: string, outdated: Entry | undefined, waiting: Waiting): Entry {
    const other = this.#entries.peek(userId);
    if (other !== undefined && other !== outdated) return other;
    const { stopwatch, freshMs, consentFreshMs, read } = this.options;
    const now = stopwatch();
    const found = read(userId, waiting).then(({ proofs, people }) => ({ proofs: proofs.slice(0, KEPT_EACH), people }));
    const entry = { found, freshUntil: now + freshMs, toldUntil: now + consentFreshMs };
    this.#entries.set(userId, entry);
    // What failed is asked for again.
    found.catch(() => {
      if (this.#entries.peek(userId) === entry) this.#entries.delete(userId);
    });
    return entry;
  }
}
