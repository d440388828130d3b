import { CONTENT_TYPES } from '../blocks/item-facts';
import { recentPositives } from '../blocks/recent-positives';
import type { Feature } from './feature';
import { best, weightsOf } from './taste';

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
    const { user } = states;
    if (user === undefined) return undefined;
    const entries = user.part(recentPositives);
    const weights = weightsOf(user, nowMs);
    const sums = new Float64Array(CONTENT_TYPES.length);
    let total = 0;
    for (let at = 0; at < entries.length; at++) {
      const { contentType } = entries[at]!;
      if (contentType === UNKNOWN) continue;
      sums[contentType]! += weights[at]!;
      total += weights[at]!;
    }
    if (total === 0) return undefined;
    for (let type = 0; type < sums.length; type++) sums[type]! /= total;
    return best(CONTENT_TYPES, sums, CONTENT_TYPES.length);
  },
};
