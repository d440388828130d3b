import { DAY_MS, type Feature, NEVER } from './feature';

/** How long a user has been away. */
export const userLastActive: Feature = {
  name: 'user_last_active',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'days',
  description: 'Days since the latest interaction of the user, impressions excepted.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [NEVER],
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type === 'impression') return false;
    if (event.occurredAtMs > slots[at]!) slots[at] = event.occurredAtMs;
    return true;
  },
  // An event may lie a little ahead of our clock; nobody was active in the future.
  value: ({ slots, at, nowMs }) => (slots[at] === NEVER ? undefined : Math.max(0, nowMs - slots[at]!) / DAY_MS),
};
