import type { Feature } from './feature';

const EXPOSURES = new Set(['impression', 'view']);

/** Whether those who see an item do something with it. */
export const itemEngagementRate: Feature = {
  name: 'item_engagement_rate',
  entity: 'item',
  valueType: 'number',
  unit: 'ratio',
  description:
    'Positive interactions beyond a view, per exposure: impressions or views, whichever there are more of; at most 1.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0, 0, 0],
  on(event, state) {
    if (event.kind !== 'interaction') return;
    if (event.type === 'impression') state[0]! += 1;
    else if (event.type === 'view') state[1]! += 1;
    if (event.strength > 0 && !EXPOSURES.has(event.type)) state[2]! += 1;
  },
  // Producers that send neither impressions nor views say nothing about exposure, so there is no rate then.
  value(state) {
    const exposures = Math.max(state[0]!, state[1]!);
    return exposures === 0 ? undefined : Math.min(1, state[2]! / exposures);
  },
};
