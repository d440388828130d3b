import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** The hashtags of an item. */
export const itemHashtags: Feature = {
  name: 'item_hashtags',
  entity: 'item',
  view: 'item',
  valueType: 'scored_names',
  unit: '',
  description: 'The hashtags of the item, each with the score 1.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const facts = states.item?.part(itemFacts).facts;
    return facts === undefined ? undefined : facts.tags.map((name) => ({ name, score: 1 }));
  },
};
