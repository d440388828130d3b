import type { Feature } from './feature';

/** How often an item was opened. */
export const itemViews: Feature = {
  name: 'item_views',
  entity: 'item',
  valueType: 'number',
  unit: 'views',
  description: 'How often the item was viewed.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, state) {
    if (event.kind === 'interaction' && event.type === 'view') state[0]! += 1;
  },
  value: (state) => state[0],
};
