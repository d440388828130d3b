import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** How many hashtags an item has. */
export const itemHashtagCount: Feature = {
  name: 'item_hashtag_count',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'hashtags',
  description: 'How many hashtags the item has.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const facts = states.item?.part(itemFacts).facts;
    return facts === undefined ? undefined : facts.tags.length;
  },
};
