import type { Metric, MetricFamily } from './metric';
import { familyByType } from './named-family';

/** How many events of a type a unit makes: a mean over units. */
export const COUNTS_PER_USER: MetricFamily = familyByType(
  'per_user',
  {
    clicks_per_user: 'click',
    hides_per_user: 'hide',
    impressions_per_user: 'impression',
    likes_per_user: 'like',
    saves_per_user: 'save',
    shares_per_user: 'share',
    views_per_user: 'view',
  },
  (type) => ({
    kind: 'mean',
    description: `How many interactions of type ${type.name} a unit makes. Adjusted by the 14 days before (CUPED).`,
    higherIsBetter: type.isWelcome,
    measure: { of: 'events', type: type.name, what: 'count' },
  }),
);

/** The sum of the values of a type that a unit makes. */
export const SUMS_PER_USER: MetricFamily = familyByType('sum', { view_seconds_per_user: 'view' }, (type) => ({
  kind: 'mean',
  description: `The sum of the values of a unit's interactions of type ${type.name}. Adjusted by the 14 days before (CUPED).`,
  higherIsBetter: type.isWelcome,
  measure: { of: 'events', type: type.name, what: 'sum' },
}));

const SLATES: Metric = {
  name: 'slates_per_user',
  kind: 'mean',
  description: 'How many slates a unit asks for. Adjusted by the 14 days before (CUPED).',
  higherIsBetter: true,
  measure: { of: 'slates', what: 'count' },
};

/** How often a unit comes. */
export const SLATES_PER_USER: MetricFamily = {
  pattern: SLATES.name,
  metrics: [SLATES],
  find: (name) => (name === SLATES.name ? SLATES : undefined),
};

/** The share of units that made any event of a type. */
export const ACTIVE_USERS: MetricFamily = familyByType(
  'users',
  {
    clicked_users: 'click',
    followed_users: 'follow_author',
    hid_users: 'hide',
    liked_users: 'like',
    reported_users: 'report',
  },
  (type) => ({
    kind: 'proportion',
    description: `The share of units that made any interaction of type ${type.name}. Adjusted by the 14 days before (CUPED).`,
    higherIsBetter: type.isWelcome,
    measure: { of: 'events', type: type.name, what: 'any' },
  }),
);
