import type { Feature } from './feature';

/** How much a user has done. Impressions are done by the feed, not by the user. */
export const userTotalInteractions: Feature = {
  name: 'user_total_interactions',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'interactions',
  description: 'How many interactions the user has had, impressions excepted.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type === 'impression') return false;
    slots[at]! += 1;
    return true;
  },
  value: ({ slots, at }) => slots[at],
};
