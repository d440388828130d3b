import { perExposure } from './per-exposure';

/** Whether those who see an item pass it on. */
export const itemShareRatio = perExposure({
  name: 'item_share_ratio',
  description: 'Shares per exposure: impressions or views, whichever there are more of; at most 1.',
  isCounted: ({ type }) => type === 'share',
});
