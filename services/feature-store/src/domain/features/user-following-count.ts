import { follows } from '../blocks/follows';
import type { Feature } from './feature';

/** How many people a user listens to. */
export const userFollowingCount: Feature = {
  name: 'user_following_count',
  entity: 'user',
  view: 'user_graph',
  valueType: 'number',
  unit: 'users',
  description: 'How many users this user follows.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value: ({ states }) => states.userGraph?.part(follows).followingCount,
};
