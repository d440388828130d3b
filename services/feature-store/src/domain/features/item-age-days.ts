import { itemFacts } from '../blocks/item-facts';
import { DAY_MS, type Feature } from './feature';

/** How old an item is. */
export const itemAgeDays: Feature = {
  name: 'item_age_days',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'days',
  description: 'Days since the item was published.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states, nowMs }) {
    const publishedAtMs = states.item?.part(itemFacts).facts?.publishedAtMs ?? Number.NaN;
    // A post that is scheduled for later is not younger than new.
    return Number.isNaN(publishedAtMs) ? undefined : Math.max(0, nowMs - publishedAtMs) / DAY_MS;
  },
};
