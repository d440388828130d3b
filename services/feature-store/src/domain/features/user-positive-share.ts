import type { Feature } from './feature';

/** Whether a user praises or complains. */
export const userPositiveShare: Feature = {
  name: 'user_positive_share',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'ratio',
  description: 'The share of positive interactions among those that speak for or against an item.',
  defaultValue: undefined,
  timeToLiveSeconds: 180 * 86_400,
  owner: 'feature-store',
  version: 1,
  initial: [0, 0],
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.strength === 0) return false;
    slots[at + (event.strength > 0 ? 0 : 1)]! += 1;
    return true;
  },
  value({ slots, at }) {
    const opinions = slots[at]! + slots[at + 1]!;
    return opinions === 0 ? undefined : slots[at]! / opinions;
  },
};
