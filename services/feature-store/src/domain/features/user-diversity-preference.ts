import type { Feature } from './feature';
import { topicsOf } from './topics-of-user';

/** Whether a user likes variety. */
export const userDiversityPreference: Feature = {
  name: 'user_diversity_preference',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'ratio',
  description:
    'From 0 (always one category) to 1 (each time another): the entropy of the categories of the last 32 positive interactions, by that of as many different ones.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    if (states.user === undefined) return undefined;
    const { categoryCounts } = topicsOf(states.user);
    let total = 0;
    for (const count of categoryCounts) total += count;
    if (total < 2) return undefined;
    let entropy = 0;
    for (const count of categoryCounts) entropy -= (count / total) * Math.log(count / total);
    return Math.max(0, entropy / Math.log(total));
  },
};
