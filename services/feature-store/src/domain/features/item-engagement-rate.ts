import { perExposure } from './per-exposure';

/** Whether those who see an item do something with it. */
export const itemEngagementRate = perExposure({
  name: 'item_engagement_rate',
  description:
    'Positive interactions beyond a view, per exposure: impressions or views, whichever there are more of; at most 1.',
  isCounted: ({ strength }) => strength > 0,
});
