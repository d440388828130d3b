import type { ItemFacts, UserFacts } from '../facts';
import type { FeatureEvent, FollowSeen, InteractionSeen } from '../feature-event';
import { readFeatures, selectFeatures } from '../feature-reading';
import { FEATURES, VIEWS } from '../feature-registry';
import { foldInto } from '../fold';
import { idHash } from '../id-hash';
import { initialState } from '../packed-state';
import { DAY_MS, type StatesAtHand, type ViewName } from './feature';

const nowMs = Date.UTC(2026, 0, 31, 12);
const MINUTE_MS = 60_000;

const seen = (changes: Partial<InteractionSeen> = {}): InteractionSeen => ({
  ...{ kind: 'interaction', type: 'like', strength: 1, occurredAtMs: nowMs, item: undefined },
  ...{ userKey: idHash('u'), itemKey: idHash('i') },
  ...changes,
});
const itemFacts = (changes: Partial<ItemFacts> = {}): ItemFacts => ({
  ...{ changedAtMs: nowMs, tie: 1, publishedAtMs: nowMs - 3 * DAY_MS, category: 'sport', tags: ['run'] },
  ...{ authorId: 'ann', authorKey: idHash('ann'), contentType: 1, contentLength: 100, mediaCount: 0 },
  ...{ sentiment: 0.5, readability: 70, topics: ['sport', 'run'] },
  ...changes,
});
const userFacts = (changes: Partial<UserFacts> = {}): UserFacts => ({
  ...{ changedAtMs: nowMs, tie: 1, personalization: false, training: false, experiments: false },
  ...{ createdAtMs: nowMs - 90 * DAY_MS, trust: Number.NaN, interests: [] },
  ...changes,
});
const user = (changes: Partial<UserFacts> = {}): FeatureEvent => ({
  kind: 'user',
  facts: userFacts(changes),
  occurredAtMs: nowMs,
});
const item = (changes: Partial<ItemFacts> = {}): FeatureEvent => ({
  kind: 'item',
  facts: itemFacts(changes),
  occurredAtMs: nowMs,
});
const follow = (side: FollowSeen['side'], other: string, delta: 1 | -1 = 1): FollowSeen => ({
  ...{ kind: 'follow', side, delta, otherKey: idHash(other), occurredAtMs: nowMs },
});

type Events = { readonly [View in ViewName | 'author' | 'authorGraph']?: readonly FeatureEvent[] };

function statesOf(events: Events): StatesAtHand {
  const state = (view: ViewName, own: readonly FeatureEvent[] | undefined) => {
    if (own === undefined) return undefined;
    const folded = initialState(VIEWS[view]);
    foldInto(VIEWS[view], folded, own);
    return folded;
  };
  return {
    user: state('user', events.user),
    userGraph: state('user_graph', events.user_graph),
    item: state('item', events.item),
    author: state('user', events.author),
    authorGraph: state('user_graph', events.authorGraph),
  };
}

/** What a feature says after events: its value, or why it has none. */
function reading(name: string, events: Events): unknown {
  const { entity } = FEATURES.find((feature) => feature.name === name)!;
  const selected = selectFeatures(entity, [name]).filter((one) => one !== undefined);
  const [answer] = readFeatures(selected, { states: statesOf(events), itemId: 'i' }, nowMs);
  return 'missing' in answer! ? answer.missing : answer!.value;
}

describe('features of a user', () => {
  it('count what the user did and not what was shown', () => {
    const shown = seen({ type: 'impression', strength: 0 });
    expect(reading('user_total_interactions', { user: [seen(), shown] })).toBe(1);
  });

  it('know how long the user has been away, by the latest event even when it arrives first', () => {
    const [latest, earlier] = [2, 9].map((days) => seen({ occurredAtMs: nowMs - days * DAY_MS }));
    expect(reading('user_last_active', { user: [latest!, earlier!] })).toBe(2);
    expect(reading('user_last_active', { user: [] })).toBe('never_observed');
  });

  it('weigh praise against complaint, and forget both half a year after the last of either', () => {
    const hide = seen({ type: 'hide', strength: -2 });
    expect(reading('user_positive_share', { user: [seen(), hide] })).toBe(0.5);
    const long = seen({ occurredAtMs: nowMs - 181 * DAY_MS });
    expect(reading('user_positive_share', { user: [long] })).toBe('expired');
    // What was shown since says nothing new of the user's opinion.
    const shown = seen({ type: 'impression', strength: 0 });
    expect(reading('user_positive_share', { user: [long, shown] })).toBe('expired');
  });

  it('count what happened within each window', () => {
    const ago = [0, 30 * MINUTE_MS, 5 * 60 * MINUTE_MS, 3 * DAY_MS, 30 * DAY_MS, 200 * DAY_MS];
    const events = { user: ago.map((ms) => seen({ occurredAtMs: nowMs - ms })) };
    const counts = ['1h', '24h', '7d', '90d'].map((window) => reading(`user_interactions_${window}`, events));
    expect(counts).toEqual([2, 3, 4, 5]);
    expect(reading('user_activity_level', events)).toBe(4 / 7);
  });

  it('measure sessions in steps of five minutes, in whatever order their events arrive', () => {
    const at = (minutes: number) => seen({ occurredAtMs: nowMs - 2 * DAY_MS + minutes * MINUTE_MS });
    // One session of 0 to 20 minutes, one of a single moment two hours later.
    const events = [at(20), at(120), at(0), at(10)];
    expect(reading('user_average_session_minutes', { user: events })).toBe((25 + 5) / 2);
    const old = seen({ occurredAtMs: nowMs - 9 * DAY_MS });
    expect(reading('user_average_session_minutes', { user: [old] })).toBe('never_observed');
  });

  it('know the hours and the days on which the user is active', () => {
    const saturday = { user: [seen(), seen({ occurredAtMs: nowMs - DAY_MS })] };
    const hours = reading('user_hour_pattern', saturday) as number[];
    expect([hours.length, hours[12]]).toEqual([24, 1]);
    expect(reading('user_weekday_pattern', saturday)).toEqual([0, 0, 0, 0, 0.5, 0.5, 0]);
  });

  it('rank interests by what the user liked lately and by what the user declared', () => {
    const liked = seen({ item: itemFacts({ topics: ['sport', 'run'] }) });
    const long = seen({ item: itemFacts({ topics: ['art'] }), occurredAtMs: nowMs - 30 * DAY_MS });
    expect(reading('user_top_interests', { user: [liked, long] })).toEqual([
      { name: 'art', score: expect.closeTo(1 / 3, 10) },
      { name: 'run', score: expect.closeTo(1 / 3, 10) },
      { name: 'sport', score: expect.closeTo(1 / 3, 10) },
    ]);
    expect(reading('user_top_interests', { user: [user({ interests: ['tea'] }), liked] })).toEqual([
      { name: 'tea', score: 0.5 },
      { name: 'run', score: 0.25 },
      { name: 'sport', score: 0.25 },
    ]);
    const complained = seen({ strength: -1, item: itemFacts() });
    expect(reading('user_top_interests', { user: [complained] })).toBe('never_observed');
  });

  it('know which kinds of content the user likes, and how much variety', () => {
    const of = (contentType: number, category: string) =>
      seen({ item: itemFacts({ contentType, topics: [category] }), itemKey: contentType });
    const events = { user: [of(1, 'a'), of(2, 'b'), of(2, 'b'), of(3, 'c')] };
    expect(reading('user_content_type_preferences', events)).toEqual([
      { name: 'image', score: 0.5 },
      { name: 'text', score: 0.25 },
      { name: 'video', score: 0.25 },
    ]);
    expect(reading('user_diversity_preference', events)).toBeCloseTo(0.75, 10);
    expect(reading('user_diversity_preference', { user: [of(1, 'a'), of(2, 'a')] })).toBe(0);
  });

  it('trust an account by its age and its followers, unless the product knows better', () => {
    const followers = Array.from({ length: 50 }, (_, n) => follow('followee', `f${n}`));
    expect(reading('user_trust_score', { user: [user()] })).toBe(0.25);
    expect(reading('user_trust_score', { user: [user()], user_graph: followers })).toBe(0.5);
    expect(reading('user_trust_score', { user: [user({ trust: 0.9 })] })).toBe(0.9);
    expect(reading('user_account_age_days', { user: [user()] })).toBe(90);
  });

  it('count followers and those who are followed apart, and take back what ended', () => {
    const events = [follow('followee', 'a'), follow('followee', 'b'), follow('followee', 'b', -1)];
    const graph = { user_graph: [...events, follow('follower', 'c')] };
    expect(reading('user_follower_count', graph)).toBe(1);
    expect(reading('user_following_count', graph)).toBe(1);
    expect(reading('user_social_connectivity', graph)).toBe(Math.log(3));
    expect(reading('user_follower_count', { user: [] })).toBe(0);
  });

  it('tell nothing of a user who refused to be personalized', () => {
    const events = { user: [seen(), user({ personalization: true })], item: [item()] };
    expect(reading('user_total_interactions', events)).toBe('no_consent');
    expect(reading('user_item_already_seen', events)).toBe('no_consent');
    expect(reading('item_category', events)).toBe('sport');
  });

  it('are unknown where nothing was ever heard of the user', () => {
    expect(reading('user_total_interactions', {})).toBe('unknown_entity');
  });
});

describe('features of an item', () => {
  it('take impressions as exposures, or views where there are more of them', () => {
    const shown = seen({ type: 'impression', strength: 0 });
    const view = seen({ type: 'view', strength: 0.2 });
    expect(reading('item_engagement_rate', { item: [shown, shown, shown, shown, view, seen()] })).toBe(0.25);
    expect(reading('item_engagement_rate', { item: [view, view, seen()] })).toBe(0.5);
    expect(reading('item_engagement_rate', { item: [seen()] })).toBe('never_observed');
    const mixed = { item: [view, view, view, view, seen(), seen({ type: 'comment' }), seen({ type: 'share' })] };
    const ratios = ['like', 'comment', 'share'].map((type) => reading(`item_${type}_ratio`, mixed));
    expect(ratios).toEqual([0.25, 0.25, 0.25]);
  });

  it('halve popularity every 7 days', () => {
    const at = (days: number) => seen({ occurredAtMs: nowMs - days * DAY_MS });
    // Each event is rounded to 2^-20 of a like.
    expect(reading('item_popularity_decayed', { item: [at(0)] })).toBeCloseTo(1, 5);
    expect(reading('item_popularity_decayed', { item: [at(14), at(7), at(0)] })).toBeCloseTo(1.75, 5);
    expect(reading('item_popularity_decayed', { item: [seen({ strength: -2 })] })).toBe(0);
  });

  it('say what the item is by its latest change, whichever arrives first', () => {
    const events = { item: [item({ tie: 2, category: 'art', tags: [] }), item({ tie: 1 })] };
    const names = ['item_category', 'item_hashtag_count', 'item_hashtags', 'item_content_length', 'item_has_media'];
    expect(names.map((name) => reading(name, events))).toEqual(['art', 0, [], 100, 0]);
    expect(['item_sentiment', 'item_readability', 'item_age_days'].map((name) => reading(name, events))).toEqual([
      0.5, 70, 3,
    ]);
    expect(reading('item_category', { item: [seen()] })).toBe('never_observed');
    expect(reading('item_age_days', { item: [item({ publishedAtMs: -DAY_MS })] })).toBe(nowMs / DAY_MS + 1);
  });

  it('know the author as the author is now', () => {
    const author = { author: [user({ trust: 0.7 })], authorGraph: [follow('followee', 'x')] };
    expect(reading('item_author_trust', { item: [item()], ...author })).toBe(0.7);
    expect(reading('item_author_follower_count', { item: [item()], ...author })).toBe(1);
    expect(reading('item_author_trust', { item: [item()] })).toBe('never_observed');
  });
});

describe('features of a user and an item', () => {
  it('match the topics of the item with the interests of the user', () => {
    const likes = [seen({ item: itemFacts({ topics: ['sport'] }) }), seen({ item: itemFacts({ topics: ['art'] }) })];
    const match = (topics: readonly string[]) =>
      reading('user_item_interest_match', { user: likes, item: [item({ topics })] });
    expect(match(['sport'])).toBeCloseTo(0.5, 10);
    expect(match(['sport', 'art'])).toBeCloseTo(1, 10);
    expect(match(['tea'])).toBe(0);
    expect(match([])).toBe('never_observed');
  });

  it('know how much of what the user liked is by the same author', () => {
    const by = (author: string) => seen({ item: itemFacts({ authorKey: idHash(author) }) });
    const events = { user: [by('ann'), by('bob'), by('bob'), by('bob')], item: [item()] };
    expect(reading('user_item_author_affinity', events)).toBe(0.25);
  });

  it('count those whom the user follows among the people who engaged', () => {
    const engaged = ['a', 'b', 'c'].map((name) => seen({ userKey: idHash(name) }));
    const viewed = seen({ userKey: idHash('d'), type: 'view', strength: 0.2 });
    const graph = ['b', 'c', 'd', 'e'].map((name) => follow('follower', name));
    expect(reading('user_item_social_proof', { user_graph: graph, item: [...engaged, viewed] })).toBe(2);
    expect(reading('user_item_social_proof', { user: [], item: engaged })).toBe(0);
  });

  it('know what the user has seen, not what was merely shown', () => {
    const shown = seen({ type: 'impression', strength: 0 });
    expect(reading('user_item_already_seen', { user: [shown], item: [item()] })).toBe(0);
    expect(reading('user_item_already_seen', { user: [shown, seen()], item: [item()] })).toBe(1);
  });
});
