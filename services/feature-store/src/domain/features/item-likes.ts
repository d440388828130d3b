import type { Feature } from './feature';

/** How many people said that an item is good. */
export const itemLikes: Feature = {
  name: 'item_likes',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'likes',
  description: 'How often the item was liked.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type !== 'like') return false;
    slots[at]! += 1;
    return true;
  },
  value: ({ slots, at }) => slots[at],
};
