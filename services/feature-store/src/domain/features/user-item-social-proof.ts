import { engagers } from '../blocks/engagers';
import { follows, isFollowed } from '../blocks/follows';
import { KeySieve } from '../blocks/key-sieve';
import type { Feature } from './feature';

/** Whether those whom a user follows like an item. */
export const userItemSocialProof: Feature = {
  name: 'user_item_social_proof',
  entity: 'user_item',
  view: 'user_item',
  valueType: 'number',
  unit: 'users',
  description: 'How many of those whom the user follows are among the last 64 people who engaged with the item.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states: { userGraph, item } }) {
    if (userGraph === undefined || item === undefined) return 0;
    const graph = userGraph.part(follows);
    if (graph.followees.length === 0) return 0;
    return item.part(engagers).keys.reduce((count, key) => count + Number(isFollowed(graph, key)), 0);
  },
  forUser({ userGraph }) {
    const graph = userGraph?.part(follows);
    if (graph === undefined || graph.followees.length === 0) return () => 0;
    const sieve = new KeySieve(graph.followees);
    return ({ states: { item } }) => {
      if (item === undefined) return 0;
      const { keys } = item.part(engagers);
      let count = 0;
      for (let n = 0; n < keys.length; n++) if (sieve.mayHave(keys[n]!) && isFollowed(graph, keys[n]!)) count++;
      return count;
    };
  },
};
