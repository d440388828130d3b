import { hasKey } from '../blocks/latest-keys';
import { seenItems } from '../blocks/seen-items';
import type { Feature } from './feature';

/** Whether a user knows an item already. */
export const userItemAlreadySeen: Feature = {
  name: 'user_item_already_seen',
  entity: 'user_item',
  view: 'user_item',
  valueType: 'number',
  unit: '',
  description: '1 where the item is among the last 128 that the user viewed or acted on, else 0.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states: { user }, itemKey }) {
    return user !== undefined && hasKey(user.part(seenItems), itemKey) ? 1 : 0;
  },
};
