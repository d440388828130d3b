import { addDecayed, decayedSumAt, EMPTY_DECAYED_SUM } from './decayed-sum';
import { DAY_MS, type Feature } from './feature';

const HALF_LIFE_MS = 7 * DAY_MS;

/** What people like these days. */
export const itemPopularityDecayed: Feature = {
  name: 'item_popularity_decayed',
  entity: 'item',
  valueType: 'number',
  unit: 'likes',
  description: 'The strength of all positive interactions, each halved for every 7 days since.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: EMPTY_DECAYED_SUM,
  on(event, state) {
    if (event.kind === 'interaction' && event.strength > 0) {
      addDecayed(state, event.strength, event.occurredAtMs, HALF_LIFE_MS);
    }
  },
  value: (state, nowMs) => decayedSumAt(state, nowMs, HALF_LIFE_MS),
};
