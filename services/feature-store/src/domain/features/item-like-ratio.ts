import { perExposure } from './per-exposure';

/** Whether those who see an item like it. */
export const itemLikeRatio = perExposure({
  name: 'item_like_ratio',
  description: 'Likes per exposure: impressions or views, whichever there are more of; at most 1.',
  isCounted: ({ type }) => type === 'like',
});
