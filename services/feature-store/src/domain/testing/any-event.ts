import fc from 'fast-check';
import type { ItemFacts, UserFacts } from '../facts';
import type { FeatureEvent, InteractionSeen } from '../feature-event';
import type { ViewName } from '../features/feature';

const DAY_MS = 86_400_000;
const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 4e12 }),
  // Near each other and far apart: both ends of windows and of sets are met.
  fc.integer({ min: 1.7e12, max: 1.7e12 + 100 * DAY_MS }),
  fc.constantFrom(1.7e12, 1.7e12 + 1),
);
const anyKey = fc.integer({ min: 1, max: 200 });
const anyTopics = fc.uniqueArray(fc.constantFrom('sport', 'art', 'käse', 'code'), { maxLength: 3 });
const anyNumber = fc.oneof(fc.constant(Number.NaN), fc.double({ min: -1e6, max: 1e12, noNaN: true }));

const anyItemFacts: fc.Arbitrary<ItemFacts> = fc.record({
  changedAtMs: anyTime,
  // No two changes have the same id.
  tie: fc.integer({ min: 1, max: 2 ** 52 - 1 }),
  publishedAtMs: anyNumber,
  category: fc.constantFrom('', 'sport', 'art'),
  tags: anyTopics,
  authorId: fc.constantFrom('', 'ann', 'bob'),
  authorKey: fc.nat(3),
  contentType: fc.nat(3),
  contentLength: fc.nat(20_000),
  mediaCount: fc.nat(3),
  sentiment: anyNumber,
  readability: anyNumber,
  topics: anyTopics,
});

const anyUserFacts: fc.Arbitrary<UserFacts> = fc.record({
  changedAtMs: anyTime,
  tie: fc.integer({ min: 1, max: 2 ** 52 - 1 }),
  personalization: fc.boolean(),
  training: fc.boolean(),
  experiments: fc.boolean(),
  createdAtMs: anyNumber,
  trust: anyNumber,
  interests: anyTopics,
});

const anyInteraction: fc.Arbitrary<InteractionSeen> = fc.record({
  kind: fc.constant('interaction' as const),
  type: fc.constantFrom('impression', 'view', 'like', 'comment', 'rating', 'hide', 'unhide'),
  strength: fc.constantFrom(-3, -0.5, 0, 0.2, 1, 1.5, 2),
  occurredAtMs: anyTime,
  userKey: anyKey,
  itemKey: anyKey,
  item: fc.option(anyItemFacts, { nil: undefined }),
});

const changed = <F extends { readonly changedAtMs: number }, K extends 'user' | 'item'>(kind: K) => {
  return (facts: F) => ({ kind, facts, occurredAtMs: facts.changedAtMs });
};

/** Any events that can reach a view in any order. Follows come in the order of their pair, so each pair has one here. */
export function anyEvents(view: ViewName): fc.Arbitrary<FeatureEvent[]> {
  if (view === 'user_graph') {
    const follow = fc.record({
      kind: fc.constant('follow' as const),
      side: fc.constantFrom('follower' as const, 'followee' as const),
      delta: fc.constant(1 as const),
      otherKey: anyKey,
      occurredAtMs: anyTime,
    });
    return fc.uniqueArray(follow, { maxLength: 60, selector: ({ side, otherKey }) => `${side}${otherKey}` });
  }
  const change =
    view === 'user'
      ? anyUserFacts.map((facts): FeatureEvent => changed<UserFacts, 'user'>('user')(facts))
      : anyItemFacts.map((facts): FeatureEvent => changed<ItemFacts, 'item'>('item')(facts));
  return fc.array(fc.oneof({ weight: 9, arbitrary: anyInteraction }, { weight: 1, arbitrary: change }), {
    maxLength: 150,
    size: 'max',
  });
}
