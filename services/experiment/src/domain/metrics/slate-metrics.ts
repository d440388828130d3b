import type { Metric, MetricFamily } from './metric';
import { familyByType } from './named-family';

const SLATE_COUNT = { of: 'slates', what: 'count' } as const;

/** The share of slates that led to an event of a type. `click_rate` is what most experiments are decided by. */
export const SLATE_RATES: MetricFamily = familyByType(
  'rate',
  {
    click_rate: 'click',
    hide_rate: 'hide',
    like_rate: 'like',
    report_rate: 'report',
    save_rate: 'save',
    share_rate: 'share',
    view_rate: 'view',
  },
  (type) => ({
    kind: 'ratio',
    description: `The share of slates with an interaction of type ${type.name} within the attribution window.`,
    higherIsBetter: type.isWelcome,
    numerator: { of: 'slate_events', type: type.name, what: 'slates_with' },
    denominator: SLATE_COUNT,
  }),
);

/** How many events of a type a slate leads to. */
export const COUNTS_PER_SLATE: MetricFamily = familyByType(
  'per_slate',
  { clicks_per_slate: 'click', hides_per_slate: 'hide', likes_per_slate: 'like' },
  (type) => ({
    kind: 'ratio',
    description: `Interactions of type ${type.name} within the attribution window, per slate.`,
    higherIsBetter: type.isWelcome,
    numerator: { of: 'slate_events', type: type.name, what: 'count' },
    denominator: SLATE_COUNT,
  }),
);

/** How many events of a type come of an impression. */
export const COUNTS_PER_IMPRESSION: MetricFamily = familyByType(
  'per_impression',
  { click_through_rate: 'click', hides_per_impression: 'hide', likes_per_impression: 'like' },
  (type) => ({
    kind: 'ratio',
    description: `Interactions of type ${type.name} per impression.`,
    higherIsBetter: type.isWelcome,
    numerator: { of: 'events', type: type.name, what: 'count' },
    denominator: { of: 'events', type: 'impression', what: 'count' },
  }),
);

/** What the values of a type are on average. */
export const MEAN_VALUES: MetricFamily = familyByType(
  'value',
  { mean_rating: 'rating', mean_view_seconds: 'view' },
  (type) => ({
    kind: 'ratio',
    description: `The mean value of interactions of type ${type.name} that have one.`,
    higherIsBetter: type.isWelcome,
    numerator: { of: 'events', type: type.name, what: 'sum' },
    denominator: { of: 'valued_events', type: type.name },
  }),
);

const OF_SLATES: readonly Metric[] = [
  {
    name: 'degraded_rate',
    kind: 'ratio',
    description: 'The share of slates that were made without a part that failed or ran late.',
    higherIsBetter: false,
    numerator: { of: 'slates', what: 'degraded' },
    denominator: SLATE_COUNT,
  },
  {
    name: 'items_per_slate',
    kind: 'ratio',
    description: 'How many items a slate has.',
    higherIsBetter: true,
    numerator: { of: 'slates', what: 'items' },
    denominator: SLATE_COUNT,
  },
];

/** What slates themselves were like. */
export const SLATE_HEALTH: MetricFamily = {
  pattern: OF_SLATES.map(({ name }) => name).join(', '),
  metrics: OF_SLATES,
  find: (name) => OF_SLATES.find((metric) => metric.name === name),
};
