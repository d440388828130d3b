import type { Feature } from './feature';

/** How many people listen to a user. */
export const userFollowerCount: Feature = {
  name: 'user_follower_count',
  entity: 'user',
  valueType: 'number',
  unit: 'users',
  description: 'How many users follow this user.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, state) {
    if (event.kind === 'follow' && event.side === 'followee') state[0]! += event.delta;
  },
  value: (state) => state[0],
};
