import { addDecayed, decayedSumAt, EMPTY_DECAYED_SUM } from '../blocks/decayed-sum';
import { DAY_MS, type Feature } from './feature';

const HALF_LIFE_MS = 7 * DAY_MS;

/** What people like these days. */
export const itemPopularityDecayed: Feature = {
  name: 'item_popularity_decayed',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'likes',
  description: 'The strength of all positive interactions, each halved for every 7 days since.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: EMPTY_DECAYED_SUM,
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.strength <= 0) return false;
    addDecayed(slots, at, event.strength, event.occurredAtMs, HALF_LIFE_MS);
    return true;
  },
  value: ({ slots, at, nowMs }) => decayedSumAt(slots, at, nowMs, HALF_LIFE_MS),
};
