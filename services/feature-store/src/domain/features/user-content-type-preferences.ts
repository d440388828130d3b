import { CONTENT_TYPES } from '../blocks/item-facts';
import { recentPositives } from '../blocks/recent-positives';
import type { Feature } from './feature';
import { addWeight, best, weightOf } from './taste';

const UNKNOWN = 0;

/** Which kinds of content a user likes. */
export const userContentTypePreferences: Feature = {
  name: 'user_content_type_preferences',
  entity: 'user',
  view: 'user',
  valueType: 'scored_names',
  unit: 'share',
  description: 'The shares of text, image and video among the last 32 positive interactions, by weight, best first.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states, nowMs }) {
    const sums = new Map<string, number>();
    let total = 0;
    for (const entry of states.user?.part(recentPositives) ?? []) {
      if (entry.contentType === UNKNOWN) continue;
      const weight = weightOf(entry, nowMs);
      addWeight(sums, CONTENT_TYPES[entry.contentType]!, weight);
      total += weight;
    }
    if (total === 0) return undefined;
    for (const [name, sum] of sums) sums.set(name, sum / total);
    return best(sums, CONTENT_TYPES.length);
  },
};
