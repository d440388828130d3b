import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** How easy an item is to read. */
export const itemReadability: Feature = {
  name: 'item_readability',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: '',
  description: 'The Flesch reading ease of the text, for English: 100 is very easy, 0 very hard; from -100 to 121.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const readability = states.item?.part(itemFacts).facts?.readability ?? Number.NaN;
    return Number.isNaN(readability) ? undefined : readability;
  },
};
