import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** How long an item is. */
export const itemContentLength: Feature = {
  name: 'item_content_length',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'characters',
  description: 'Characters of the title and the text.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const facts = states.item?.part(itemFacts).facts;
    return facts === undefined ? undefined : facts.contentLength;
  },
};
