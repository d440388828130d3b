import { itemFacts } from '../blocks/item-facts';
import type { ItemFacts } from '../facts';
import type { Feature, ScoredName } from './feature';

const SCORED = new WeakMap<ItemFacts, readonly ScoredName[]>();

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
    if (facts === undefined) return undefined;
    // many users meet one item, and these do not change with time
    let scored = SCORED.get(facts);
    if (scored === undefined) SCORED.set(facts, (scored = facts.tags.map((name) => ({ name, score: 1 }))));
    return scored;
  },
};
