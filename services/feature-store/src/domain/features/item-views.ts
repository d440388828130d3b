import type { Feature } from './feature';

/** How often an item was opened. */
export const itemViews: Feature = {
  name: 'item_views',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'views',
  description: 'How often the item was viewed.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type !== 'view') return false;
    slots[at]! += 1;
    return true;
  },
  value: ({ slots, at }) => slots[at],
};
