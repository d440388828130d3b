import type { Feature } from './feature';

/** Whether a user praises or complains. */
export const userPositiveShare: Feature = {
  name: 'user_positive_share',
  entity: 'user',
  valueType: 'number',
  unit: 'ratio',
  description: 'The share of positive interactions among those that speak for or against an item.',
  defaultValue: undefined,
  timeToLiveSeconds: 180 * 86_400,
  owner: 'feature-store',
  version: 1,
  initial: [0, 0],
  on(event, state) {
    if (event.kind !== 'interaction' || event.strength === 0) return;
    if (event.strength > 0) state[0]! += 1;
    else state[1]! += 1;
  },
  value(state) {
    const opinions = state[0]! + state[1]!;
    return opinions === 0 ? undefined : state[0]! / opinions;
  },
};
