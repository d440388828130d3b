import { perExposure } from './per-exposure';

/** Whether those who see an item write about it. */
export const itemCommentRatio = perExposure({
  name: 'item_comment_ratio',
  description: 'Comments per exposure: impressions or views, whichever there are more of; at most 1.',
  isCounted: ({ type }) => type === 'comment',
});
