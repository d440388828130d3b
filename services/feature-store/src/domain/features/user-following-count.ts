import type { Feature } from './feature';

/** How many people a user listens to. */
export const userFollowingCount: Feature = {
  name: 'user_following_count',
  entity: 'user',
  valueType: 'number',
  unit: 'users',
  description: 'How many users this user follows.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [0],
  on(event, state) {
    if (event.kind === 'follow' && event.side === 'follower') state[0]! += event.delta;
  },
  value: (state) => state[0],
};
