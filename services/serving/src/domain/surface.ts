/** Every source, in the order in which their candidates are merged. */
export const SOURCES = [
  'collaborative',
  'item_item',
  'content',
  'neural',
  'social',
  'similar',
  'trending',
  'fresh',
  'recent_popularity',
] as const;

/** A source by its short name. */
export type SourceName = (typeof SOURCES)[number];

/** What scorers say of a candidate; each is brought to a scale that all share before it is blended. */
export const SCORE_PARTS = ['collaborative', 'content', 'neural', 'popularity', 'engagement', 'rules'] as const;

/** One of the things that a scorer says of a candidate. */
export type ScorePart = (typeof SCORE_PARTS)[number];

/** The ways to rank a slate: the arms of the bandit. */
export const STRATEGIES = [
  'collaborative_filtering',
  'content_based',
  'neural_cf',
  'popularity_based',
  'hybrid',
  'rule_based',
] as const;

/** One way to rank a slate. */
export type Strategy = (typeof STRATEGIES)[number];

/** The terms of the rules, each from 0 to 1. */
export const RULES = ['interest_match', 'recency', 'popularity', 'trust', 'social_proof'] as const;

/** One term of the rules. */
export type Rule = (typeof RULES)[number];

/** An item that an operator wants in a place, until a moment. */
export interface Pin {
  readonly itemId: string;
  /** Counted from 0. */
  readonly position: number;
  /** ISO 8601; absent: until the pin is taken away. */
  readonly until?: string;
}

/** What an operator wants to see more or less of: the score of what matches is multiplied. Exactly one of the first four is set. */
export interface Boost {
  readonly itemId?: string;
  readonly authorId?: string;
  readonly category?: string;
  readonly tag?: string;
  /** Above 0; below 1 it is less. */
  readonly factor: number;
  readonly until?: string;
}

/** How a surface makes its slates. Complete: what an operator left out is as built in. */
export interface Surface {
  readonly name: string;
  /** Counts the changes from 1; 0 for what is built in. */
  readonly version: number;
  /** How many candidates each source is asked for; a source that is absent is not asked. */
  readonly sources: Readonly<Partial<Record<SourceName, number>>>;
  /** For how many hours an item stays away after each type of interaction; absent types do not matter. Infinity: for ever. */
  readonly seenHours: Readonly<Record<string, number>>;
  /** The probability of each strategy; they add up to 1. Used when there is no policy or the bandit cannot be asked. */
  readonly strategies: Readonly<Partial<Record<Strategy, number>>>;
  /** The policy of the bandit that chooses the strategy; empty for none. */
  readonly policy: string;
  /** What each strategy makes of the parts; weights are relative. */
  readonly blends: Readonly<Record<Strategy, Readonly<Partial<Record<ScorePart, number>>>>>;
  /** How much of a score the engagement model is, from 0 to 1; the strategy's blend is the rest. `rule_based` never asks it. */
  readonly engagementShare: number;
  /** What each kind of engagement is worth, relative to a like. */
  readonly engagementValues: Readonly<Record<string, number>>;
  /** The weight of each rule; relative. */
  readonly rules: Readonly<Partial<Record<Rule, number>>>;
  /** How many candidates, the best by the sources, are scored. */
  readonly rankDepth: number;
  readonly diversity: Diversity;
  readonly exploration: Exploration;
  readonly pins: readonly Pin[];
  readonly boosts: readonly Boost[];
}

/** How much alike the items of a slate may be (maximal marginal relevance, Carbonell and Goldstein 1998). */
export interface Diversity {
  /** From 0 (none) to 1: how much a likeness costs for a user who loves variety; for others less, by their diversity preference. */
  readonly most: number;
  /** How alike two items of one author are, from 0 to 1. */
  readonly author: number;
  /** How alike two items of one category are, from 0 to 1. */
  readonly category: number;
  /** How much what few people know is preferred, from 0 to 1, by the same preference. */
  readonly novelty: number;
}

/** Places of a slate that are left to chance, so that what nobody was shown can be learned about. */
export interface Exploration {
  /** The share of the places; 0 for none. */
  readonly share: number;
  /** From how many of the best candidates below the slate each is drawn, all alike. */
  readonly pool: number;
  /** The policy of the bandit that chooses from which source's candidates: its arms are names of sources, and `runners_up`. Empty for none. */
  readonly policy: string;
}
