import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** What an item is about. */
export const itemCategory: Feature = {
  name: 'item_category',
  entity: 'item',
  view: 'item',
  valueType: 'text',
  unit: '',
  description: 'The main category of the item.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value: ({ states }) => states.item?.part(itemFacts).facts?.category || undefined,
};
