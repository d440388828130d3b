import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** Whether an item shows something. */
export const itemHasMedia: Feature = {
  name: 'item_has_media',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: '',
  description: '1 where the item has an image or a video, else 0.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const facts = states.item?.part(itemFacts).facts;
    return facts === undefined ? undefined : Number(facts.mediaCount > 0);
  },
};
