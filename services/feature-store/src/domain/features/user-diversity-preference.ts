import { recentPositives } from '../blocks/recent-positives';
import type { Feature } from './feature';
import { addWeight, type Sum } from './taste';

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
    const counts = new Map<string, Sum>();
    let total = 0;
    for (const { topics } of states.user?.part(recentPositives) ?? []) {
      if (topics[0] === undefined) continue;
      addWeight(counts, topics[0], 1);
      total += 1;
    }
    if (total < 2) return undefined;
    let entropy = 0;
    for (const { score: count } of counts.values()) entropy -= (count / total) * Math.log(count / total);
    return Math.max(0, entropy / Math.log(total));
  },
};
