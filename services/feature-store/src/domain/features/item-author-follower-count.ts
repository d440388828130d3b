import { follows } from '../blocks/follows';
import type { Feature } from './feature';

/** How many people listen to the author of an item. */
export const itemAuthorFollowerCount: Feature = {
  name: 'item_author_follower_count',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'users',
  description: 'How many users follow the author.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  needsAuthor: true,
  value({ states: { author, authorGraph } }) {
    if (author === undefined && authorGraph === undefined) return undefined;
    return authorGraph?.part(follows).followerCount ?? 0;
  },
};
