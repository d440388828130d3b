import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';

/** Whether an item sounds glad or sad. */
export const itemSentiment: Feature = {
  name: 'item_sentiment',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: '',
  description:
    'From -1 (negative) to 1 (positive): the compound score of VADER over the title and the text, for English.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const sentiment = states.item?.part(itemFacts).facts?.sentiment ?? Number.NaN;
    return Number.isNaN(sentiment) ? undefined : sentiment;
  },
};
