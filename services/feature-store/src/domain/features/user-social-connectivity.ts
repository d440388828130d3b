import { follows } from '../blocks/follows';
import type { Feature } from './feature';

/** How well a user is connected. */
export const userSocialConnectivity: Feature = {
  name: 'user_social_connectivity',
  entity: 'user',
  view: 'user_graph',
  valueType: 'number',
  unit: '',
  description: 'The natural logarithm of 1 + followers + followed users.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states }) {
    const graph = states.userGraph?.part(follows);
    return graph === undefined ? undefined : Math.log1p(graph.followerCount + graph.followingCount);
  },
};
