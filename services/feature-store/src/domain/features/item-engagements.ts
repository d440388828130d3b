import { windowed } from './windowed';

/** How much people did with an item lately. */
export const itemEngagements = windowed({
  entity: 'item',
  name: 'item_engagements',
  unit: 'interactions',
  counts: 'Positive interactions with the item, views included,',
  isCounted: ({ strength }) => strength > 0,
});
