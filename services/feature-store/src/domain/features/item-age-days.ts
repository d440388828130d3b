import { DAY_MS, type Feature } from './feature';

// Slots: when we learned the date, the date, whether there is one. Dates before 1970 are negative, so no date can mean "none".
const LEARNED_AT = 0;
const BORN_AT = 1;
const IS_KNOWN = 2;

/** How old an item is. */
export const itemAgeDays: Feature = {
  name: 'item_age_days',
  entity: 'item',
  valueType: 'number',
  unit: 'days',
  description: 'Days since the item was published.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [-1, 0, 0],
  on(event, state) {
    if (event.kind !== 'profile' || event.occurredAtMs < state[LEARNED_AT]!) return;
    const bornAtMs = event.bornAtMs ?? 0;
    // Two changes in the same millisecond: the later date holds, whichever arrives first.
    if (event.occurredAtMs === state[LEARNED_AT] && bornAtMs <= state[BORN_AT]!) return;
    state[LEARNED_AT] = event.occurredAtMs;
    state[BORN_AT] = bornAtMs;
    state[IS_KNOWN] = event.bornAtMs === undefined ? 0 : 1;
  },
  // A post that is scheduled for later is not younger than new.
  value: (state, nowMs) => (state[IS_KNOWN] === 0 ? undefined : Math.max(0, nowMs - state[BORN_AT]!) / DAY_MS),
};
