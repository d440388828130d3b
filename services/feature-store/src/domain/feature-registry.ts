import { engagers } from './blocks/engagers';
import { follows } from './blocks/follows';
import { itemFacts } from './blocks/item-facts';
import type { Part } from './blocks/part';
import { recentPositives } from './blocks/recent-positives';
import { seenItems } from './blocks/seen-items';
import { userFacts } from './blocks/user-facts';
import { type FeatureView, makeView, schemaHashOf } from './feature-view';
import type { Feature, ViewName } from './features/feature';
import { itemAgeDays } from './features/item-age-days';
import { itemAuthorFollowerCount } from './features/item-author-follower-count';
import { itemAuthorTrust } from './features/item-author-trust';
import { itemCategory } from './features/item-category';
import { itemCommentRatio } from './features/item-comment-ratio';
import { itemContentLength } from './features/item-content-length';
import { itemEngagementRate } from './features/item-engagement-rate';
import { itemEngagements } from './features/item-engagements';
import { itemHasMedia } from './features/item-has-media';
import { itemHashtagCount } from './features/item-hashtag-count';
import { itemHashtags } from './features/item-hashtags';
import { itemLikeRatio } from './features/item-like-ratio';
import { itemLikes } from './features/item-likes';
import { itemPopularityDecayed } from './features/item-popularity-decayed';
import { itemReadability } from './features/item-readability';
import { itemSentiment } from './features/item-sentiment';
import { itemShareRatio } from './features/item-share-ratio';
import { itemViews } from './features/item-views';
import { userAccountAgeDays } from './features/user-account-age-days';
import { userActivityLevel } from './features/user-activity-level';
import { userAverageSessionMinutes } from './features/user-average-session-minutes';
import { userContentTypePreferences } from './features/user-content-type-preferences';
import { userDiversityPreference } from './features/user-diversity-preference';
import { userFollowerCount } from './features/user-follower-count';
import { userFollowingCount } from './features/user-following-count';
import { userHourPattern } from './features/user-hour-pattern';
import { userInteractions } from './features/user-interactions';
import { userItemAlreadySeen } from './features/user-item-already-seen';
import { userItemAuthorAffinity } from './features/user-item-author-affinity';
import { userItemInterestMatch } from './features/user-item-interest-match';
import { userItemSocialProof } from './features/user-item-social-proof';
import { userLastActive } from './features/user-last-active';
import { userPositiveShare } from './features/user-positive-share';
import { userSocialConnectivity } from './features/user-social-connectivity';
import { userTopInterests } from './features/user-top-interests';
import { userTotalInteractions } from './features/user-total-interactions';
import { userTrustScore } from './features/user-trust-score';
import { userWeekdayPattern } from './features/user-weekday-pattern';

/** Every feature of the fleet. To add one, write its file and name it here. */
export const FEATURES: readonly Feature[] = [
  userAccountAgeDays,
  userActivityLevel,
  userAverageSessionMinutes,
  userContentTypePreferences,
  userDiversityPreference,
  userFollowerCount,
  userFollowingCount,
  userHourPattern,
  ...userInteractions,
  userLastActive,
  userPositiveShare,
  userSocialConnectivity,
  userTopInterests,
  userTotalInteractions,
  userTrustScore,
  userWeekdayPattern,
  itemAgeDays,
  itemAuthorFollowerCount,
  itemAuthorTrust,
  itemCategory,
  itemCommentRatio,
  itemContentLength,
  itemEngagementRate,
  ...itemEngagements,
  itemHasMedia,
  itemHashtagCount,
  itemHashtags,
  itemLikeRatio,
  itemLikes,
  itemPopularityDecayed,
  itemReadability,
  itemSentiment,
  itemShareRatio,
  itemViews,
  userItemAlreadySeen,
  userItemAuthorAffinity,
  userItemInterestMatch,
  userItemSocialProof,
];

/** The parts of each view, in the order in which they are packed. */
const PARTS: Readonly<Record<ViewName, readonly Part[]>> = {
  user: [userFacts, recentPositives, seenItems] as Part[],
  user_graph: [follows] as Part[],
  item: [itemFacts, engagers] as Part[],
};

const view = (name: ViewName) => makeView(name, FEATURES, PARTS[name]);

/** The views: each is one packed state per entity. Transactions lock states in this order. */
export const VIEWS: Readonly<Record<ViewName, FeatureView>> = {
  item: view('item'),
  user: view('user'),
  user_graph: view('user_graph'),
};

const PAIR_SCHEMA = schemaHashOf([
  ...FEATURES.filter(({ entity }) => entity === 'user_item').map((one) => [one.name, one.version, one.valueType]),
  ...Object.values(VIEWS).map(({ schemaHash }) => schemaHash),
]);

/** The schema hash of a feature's view; that of pairs covers the views that they are computed from. */
export function schemaHashOfView(name: Feature['view']): string {
  return name === 'user_item' ? PAIR_SCHEMA : VIEWS[name].schemaHash;
}
