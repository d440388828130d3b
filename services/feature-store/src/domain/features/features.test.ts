import { readFeatures, selectFeatures } from '../feature-reading';
import { VIEWS } from '../feature-registry';
import { foldInto } from '../fold';
import { initialState } from '../packed-state';
import { DAY_MS, type FeatureEvent, type InteractionSeen } from './feature';

const nowMs = Date.UTC(2026, 0, 31);
const aSeen = (changes: Partial<InteractionSeen> = {}): InteractionSeen => ({
  ...{ kind: 'interaction', type: 'like', strength: 1, occurredAtMs: nowMs },
  ...changes,
});

/** What a feature says after events: its value, or why it has none. */
function reading(name: string, events: readonly FeatureEvent[]): unknown {
  const view = VIEWS[name.startsWith('user') ? 'user' : 'item'];
  const state = initialState(view);
  foldInto(view, state, events);
  const [selected] = selectFeatures(view, [name]);
  const [answer] = readFeatures([selected!], state, nowMs);
  return 'missing' in answer! ? answer.missing : answer!.value;
}

describe('user features', () => {
  it('counts what the user did and not what was shown', () => {
    expect(reading('user_total_interactions', [aSeen(), aSeen({ type: 'impression', strength: 0 })])).toBe(1);
  });

  it('knows how long the user has been away, by the latest event even when it arrives first', () => {
    const [latest, earlier] = [2, 9].map((days) => aSeen({ occurredAtMs: nowMs - days * DAY_MS }));
    expect(reading('user_last_active', [latest!, earlier!])).toBe(2);
    expect(reading('user_last_active', [])).toBe('never_observed');
  });

  it('weighs praise against complaint and forgets both after half a year', () => {
    const events = [aSeen(), aSeen({ type: 'hide', strength: -2 }), aSeen({ type: 'impression', strength: 0 })];
    expect(reading('user_positive_share', events)).toBe(0.5);
    expect(reading('user_positive_share', [aSeen({ occurredAtMs: nowMs - 181 * DAY_MS })])).toBe('expired');
  });

  it('counts followers and those who are followed apart', () => {
    const follow = { kind: 'follow', delta: 1, occurredAtMs: nowMs } as const;
    const events: FeatureEvent[] = [
      { ...follow, side: 'followee' },
      { ...follow, side: 'followee' },
      { ...follow, side: 'followee', delta: -1 },
      { ...follow, side: 'follower' },
    ];
    expect(reading('user_follower_count', events)).toBe(1);
    expect(reading('user_following_count', events)).toBe(1);
  });
});

describe('item features', () => {
  it('takes impressions as exposures, or views where there are more of them', () => {
    const shown = aSeen({ type: 'impression', strength: 0 });
    const view = aSeen({ type: 'view', strength: 0.2 });
    expect(reading('item_engagement_rate', [shown, shown, shown, shown, view, aSeen()])).toBe(0.25);
    expect(reading('item_engagement_rate', [view, view, aSeen()])).toBe(0.5);
    expect(reading('item_engagement_rate', [aSeen()])).toBe('never_observed');
  });

  it('halves popularity every 7 days', () => {
    const at = (days: number) => aSeen({ occurredAtMs: nowMs - days * DAY_MS });
    // Each event is rounded to 2^-20 of a like.
    expect(reading('item_popularity_decayed', [at(0)])).toBeCloseTo(1, 5);
    expect(reading('item_popularity_decayed', [at(14), at(7), at(0)])).toBeCloseTo(1.75, 5);
    expect(reading('item_popularity_decayed', [aSeen({ strength: -2 })])).toBe(0);
  });

  it('knows the age by the latest date it was told, also before 1970', () => {
    const told = (bornAtMs: number | undefined, occurredAtMs: number): FeatureEvent => ({
      ...{ kind: 'profile', bornAtMs, occurredAtMs },
    });
    expect(reading('item_age_days', [told(nowMs - 3 * DAY_MS, 2), told(nowMs - 9 * DAY_MS, 1)])).toBe(3);
    expect(reading('item_age_days', [told(-DAY_MS, 1)])).toBe(nowMs / DAY_MS + 1);
    expect(reading('item_age_days', [told(5, 1), told(undefined, 2)])).toBe('never_observed');
    expect(reading('item_age_days', [])).toBe('never_observed');
  });
});
