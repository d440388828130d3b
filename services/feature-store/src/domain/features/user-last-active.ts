import { DAY_MS, type Feature, NEVER } from './feature';

/** How long a user has been away. */
export const userLastActive: Feature = {
  name: 'user_last_active',
  entity: 'user',
  valueType: 'number',
  unit: 'days',
  description: 'Days since the latest interaction of the user, impressions excepted.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [NEVER],
  on(event, state) {
    if (event.kind !== 'interaction' || event.type === 'impression') return;
    if (event.occurredAtMs > state[0]!) state[0] = event.occurredAtMs;
  },
  // An event may lie a little ahead of our clock; nobody was active in the future.
  value: (state, nowMs) => (state[0] === NEVER ? undefined : Math.max(0, nowMs - state[0]!) / DAY_MS),
};
