import { follows } from '../blocks/follows';
import type { Feature } from './feature';

/** How many people listen to a user. */
export const userFollowerCount: Feature = {
  name: 'user_follower_count',
  entity: 'user',
  view: 'user_graph',
  valueType: 'number',
  unit: 'users',
  description: 'How many users follow this user.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value: ({ states }) => states.userGraph?.part(follows).followerCount,
};
