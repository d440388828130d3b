import { type FeatureView, makeView } from './feature-view';
import type { Feature, FeatureEntity } from './features/feature';
import { itemAgeDays } from './features/item-age-days';
import { itemEngagementRate } from './features/item-engagement-rate';
import { itemLikes } from './features/item-likes';
import { itemPopularityDecayed } from './features/item-popularity-decayed';
import { itemViews } from './features/item-views';
import { userFollowerCount } from './features/user-follower-count';
import { userFollowingCount } from './features/user-following-count';
import { userLastActive } from './features/user-last-active';
import { userPositiveShare } from './features/user-positive-share';
import { userTotalInteractions } from './features/user-total-interactions';

/** Every feature of the fleet. To add one, write its file and name it here. */
export const FEATURES: readonly Feature[] = [
  userTotalInteractions,
  userLastActive,
  userPositiveShare,
  userFollowerCount,
  userFollowingCount,
  itemViews,
  itemLikes,
  itemEngagementRate,
  itemPopularityDecayed,
  itemAgeDays,
];

/** The view of each kind of entity: its features in the order of their names, packed in one state. */
export const VIEWS: { readonly [Entity in FeatureEntity]: FeatureView } = {
  user: makeView('user', FEATURES),
  item: makeView('item', FEATURES),
};
