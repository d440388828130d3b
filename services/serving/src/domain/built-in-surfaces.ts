import type { Surface } from './surface';

// What somebody has opened or acted upon does not come back to a feed. An impression alone does not count: an item that was on
// the screen and left alone may come again, and following an author says nothing about having read the item.
const NEVER_AGAIN = {
  view: Number.POSITIVE_INFINITY,
  click: Number.POSITIVE_INFINITY,
  like: Number.POSITIVE_INFINITY,
  comment: Number.POSITIVE_INFINITY,
  share: Number.POSITIVE_INFINITY,
  save: Number.POSITIVE_INFINITY,
  rating: Number.POSITIVE_INFINITY,
  dislike: Number.POSITIVE_INFINITY,
} as const;

// One strategy that is always the same leaves nothing to chance; an operator names a policy, or several probabilities.
const HYBRID_ALONE = { hybrid: 1 } as const;

// As strongly as each interaction speaks for its item, on the scale of a like.
const ENGAGEMENT_VALUES = { click: 0.3, like: 1, comment: 1.5, share: 2 } as const;

const BLENDS = {
  collaborative_filtering: { collaborative: 1 },
  content_based: { content: 1 },
  neural_cf: { neural: 1 },
  popularity_based: { popularity: 1 },
  hybrid: { collaborative: 0.4, content: 0.35, popularity: 0.25 },
  rule_based: { rules: 1 },
} as const;

/** Where somebody begins: what suits the user best, of all sources. */
export const HOME: Surface = {
  name: 'home',
  version: 0,
  sources: {
    collaborative: 200,
    item_item: 100,
    content: 100,
    neural: 100,
    social: 50,
    trending: 100,
    fresh: 30,
    recent_popularity: 200,
  },
  seenHours: NEVER_AGAIN,
  strategies: HYBRID_ALONE,
  policy: '',
  blends: BLENDS,
  engagementShare: 0.3,
  engagementValues: ENGAGEMENT_VALUES,
  rules: { interest_match: 0.3, recency: 0.25, popularity: 0.2, trust: 0.1, social_proof: 0.15 },
  rankDepth: 200,
  diversity: { most: 0.2, author: 0.7, category: 0.3, novelty: 0.1 },
  // Each place left to chance costs somebody a better item, so a slate of less than twenty has none here; what is new comes in where
  // the engagement model expects something of it, and on `explore`.
  exploration: { share: 0.05, pool: 50, policy: '' },
  pins: [],
  boosts: [],
};

/** Where somebody goes to find other things: more variety, more of what is new and of what few know, and places left to chance. */
export const EXPLORE: Surface = {
  ...HOME,
  name: 'explore',
  sources: {
    collaborative: 100,
    item_item: 50,
    content: 150,
    neural: 50,
    social: 50,
    trending: 100,
    fresh: 150,
    recent_popularity: 200,
  },
  blends: { ...BLENDS, hybrid: { collaborative: 0.25, content: 0.4, popularity: 0.1, rules: 0.25 } },
  engagementShare: 0.3,
  rules: { interest_match: 0.25, recency: 0.4, popularity: 0.1, trust: 0.15, social_proof: 0.1 },
  diversity: { most: 0.6, author: 0.8, category: 0.5, novelty: 0.4 },
  exploration: { share: 0.1, pool: 100, policy: '' },
};

/** Beside an item: what is like it. The parts then say how near candidates are to that item, not to the user. */
const RELATED: Surface = {
  ...HOME,
  name: 'related',
  sources: { similar: 200, trending: 50, recent_popularity: 200 },
  // Something that was looked at a while ago is a good neighbour of what is looked at now.
  seenHours: { ...NEVER_AGAIN, view: 168, click: 168 },
  blends: {
    ...BLENDS,
    hybrid: { collaborative: 0.5, content: 0.4, popularity: 0.1 },
    // What users get who do not agree to personalization: the rules know how near `similar` found each.
    popularity_based: { popularity: 0.2, rules: 0.8 },
  },
  engagementShare: 0.2,
  rules: { interest_match: 0.7, recency: 0.1, popularity: 0.1, trust: 0.05, social_proof: 0.05 },
  diversity: { most: 0.2, author: 0.4, category: 0, novelty: 0 },
  exploration: { share: 0, pool: 50, policy: '' },
};

/** The surfaces that are there before an operator makes any, by name. A surface that nobody made is like `home`. */
export const BUILT_IN_SURFACES: ReadonlyMap<string, Surface> = new Map(
  [HOME, EXPLORE, RELATED].map((surface) => [surface.name, surface]),
);
