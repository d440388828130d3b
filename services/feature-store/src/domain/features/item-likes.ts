import type { Feature } from './feature';

/** How often an item was liked. */
export const itemLikes: Feature = {
  name: 'item_likes',
  entity: 'item',
  valueType: 'number',
  unit: 'likes',
  description: 'How often the item was liked.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, state) {
    if (event.kind === 'interaction' && event.type === 'like') state[0]! += 1;
  },
  value: (state) => state[0],
};
