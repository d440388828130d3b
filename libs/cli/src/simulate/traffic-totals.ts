import type { SlateEvent } from '@attune/simulator';

/** What came of the slates of one strategy, one variant, or all. */
export interface TrafficTotals {
  readonly slates: number;
  /** Slates with at least one click: `clickedSlates / slates` is what experiments call `click_rate`. */
  readonly clickedSlates: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly likes: number;
  readonly hides: number;
}

/** Nothing yet. */
export const NO_TRAFFIC: TrafficTotals = {
  slates: 0,
  clickedSlates: 0,
  impressions: 0,
  clicks: 0,
  likes: 0,
  hides: 0,
};

/** Totals with one slate more. */
export function withSlate(totals: TrafficTotals, events: readonly Pick<SlateEvent, 'type'>[]): TrafficTotals {
  const count = (type: SlateEvent['type']) => events.filter((event) => event.type === type).length;
  const clicks = count('click');
  return {
    slates: totals.slates + 1,
    clickedSlates: totals.clickedSlates + (clicks > 0 ? 1 : 0),
    impressions: totals.impressions + count('impression'),
    clicks: totals.clicks + clicks,
    likes: totals.likes + count('like'),
    hides: totals.hides + count('hide'),
  };
}

/** The share of slates with a click, 0 to 1; undefined before the first slate. */
export function clickRate({ clickedSlates, slates }: TrafficTotals): number | undefined {
  return slates === 0 ? undefined : clickedSlates / slates;
}

/** Clicks per impression, 0 to 1; undefined before the first impression. */
export function clicksPerImpression({ clicks, impressions }: TrafficTotals): number | undefined {
  return impressions === 0 ? undefined : clicks / impressions;
}
