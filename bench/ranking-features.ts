// Features of users and posts of the simulated feed as they are at a moment, by the definitions of the feature-store, which folds them
// from its log: here the ones that ranking looks at.
import type { Act } from './ranking-feed.ts';

const DAY_MS = 86_400_000;
const POPULARITY_HALF_LIFE_MS = 7 * DAY_MS;
const TASTE_HALF_LIFE_MS = 30 * DAY_MS;
const RECENT = 32;

/** What stands still in a feed. */
export interface FeedFacts {
  readonly topics: readonly (readonly string[])[];
  readonly authors: readonly number[];
  readonly publishedAtMs: readonly number[];
  readonly followees: readonly ReadonlySet<number>[];
  readonly userCount: number;
}

interface ItemState {
  views: number;
  likes: number;
  decayed: number;
  decayedAtMs: number;
  engagers: number[];
}

/** Folds acts in the order of time, and tells features. */
export class FeedFeatures {
  /** The columns of `read`. */
  static readonly NAMES = [
    'user_item_interest_match',
    'user_item_social_proof',
    'user_item_author_affinity',
    'item_age_days',
    'item_popularity_decayed',
    'item_views',
    'item_like_ratio',
    'user_diversity_preference',
    'user_total_interactions',
  ];

  private readonly facts: FeedFacts;
  readonly #items: ItemState[];
  readonly #recents: Act[][];
  readonly #counts: Float64Array;

  constructor(facts: FeedFacts) {
    this.facts = facts;
    this.#items = facts.topics.map(() => ({ views: 0, likes: 0, decayed: 0, decayedAtMs: 0, engagers: [] }));
    this.#recents = Array.from({ length: facts.userCount }, () => []);
    this.#counts = new Float64Array(facts.userCount);
  }

  /** The newest positive acts of a user, oldest first. */
  recentsOf(user: number): readonly Act[] {
    return this.#recents[user]!;
  }

  observe(act: Act): void {
    const { user, item, type, strength, timeMs } = act;
    const state = this.#items[item]!;
    this.#counts[user]! += 1;
    if (type === 'view') state.views++;
    if (type === 'like') state.likes++;
    if (strength <= 0) return;
    state.decayed = this.#popularity(state, timeMs) + strength;
    state.decayedAtMs = timeMs;
    if (state.engagers.push(user) > 64) state.engagers.shift();
    const recents = this.#recents[user]!;
    if (recents.push(act) > RECENT) recents.shift();
  }

  /** [features] in the order of `NAMES`. */
  read(user: number, item: number, atMs: number): number[] {
    const state = this.#items[item]!;
    const { authors, publishedAtMs, followees } = this.facts;
    const recents = this.#recents[user]!;
    const byAuthor = recents.filter((act) => authors[act.item] === authors[item]).length;
    return [
      this.#interestMatch(user, item, atMs),
      new Set(state.engagers.filter((engager) => followees[user]!.has(engager))).size,
      recents.length === 0 ? Number.NaN : byAuthor / recents.length,
      Math.max(0, atMs - publishedAtMs[item]!) / DAY_MS,
      this.#popularity(state, atMs),
      state.views,
      state.views === 0 ? Number.NaN : state.likes / state.views,
      this.diversityPreference(user),
      this.#counts[user]!,
    ];
  }

  /** The entropy of the categories of the recent positives, by that of as many different ones. */
  diversityPreference(user: number): number {
    const recents = this.#recents[user]!;
    if (recents.length < 2) return Number.NaN;
    const counts = new Map<string, number>();
    for (const { item } of recents) {
      const category = this.facts.topics[item]![0]!;
      counts.set(category, (counts.get(category) ?? 0) + 1);
    }
    let entropy = 0;
    for (const count of counts.values()) entropy -= (count / recents.length) * Math.log(count / recents.length);
    return Math.max(0, entropy / Math.log(recents.length));
  }

  #popularity({ decayed, decayedAtMs }: ItemState, atMs: number): number {
    return decayed * 2 ** ((decayedAtMs - atMs) / POPULARITY_HALF_LIFE_MS);
  }

  #interestMatch(user: number, item: number, atMs: number): number {
    const recents = this.#recents[user]!;
    if (recents.length === 0) return Number.NaN;
    const wanted = new Set(this.facts.topics[item]!);
    let [match, total] = [0, 0];
    for (const { item: liked, strength, timeMs } of recents) {
      const weight = strength * 2 ** ((timeMs - atMs) / TASTE_HALF_LIFE_MS);
      for (const topic of this.facts.topics[liked]!) {
        total += weight;
        if (wanted.has(topic)) match += weight;
      }
    }
    return Math.min(1, match / total);
  }
}
