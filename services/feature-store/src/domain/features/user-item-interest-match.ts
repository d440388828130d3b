import { itemFacts } from '../blocks/item-facts';
import type { Feature } from './feature';
import { type InterestShares, interestShares } from './taste';

/** Whether an item is about what a user cares for. */
export const userItemInterestMatch: Feature = {
  name: 'user_item_interest_match',
  entity: 'user_item',
  view: 'user_item',
  valueType: 'number',
  unit: 'share',
  description: "How much of the user's interest the topics of the item have together, from 0 to 1.",
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states: { user, item }, nowMs }) {
    const topics = item?.part(itemFacts).facts?.topics ?? [];
    const interest = user === undefined || topics.length === 0 ? undefined : interestShares(user, nowMs);
    return interest === undefined ? undefined : shareOf(topics, interest);
  },
  forUser({ user }, nowMs) {
    const interest = user === undefined ? undefined : interestShares(user, nowMs);
    if (interest === undefined) return () => undefined;
    return ({ states: { item } }) => {
      const topics = item?.part(itemFacts).facts?.topics ?? [];
      return topics.length === 0 ? undefined : shareOf(topics, interest);
    };
  },
};

function shareOf(topics: readonly string[], { topics: { placeOf }, shares }: InterestShares): number {
  let sum = 0;
  for (const topic of topics) {
    const place = placeOf.get(topic);
    if (place !== undefined) sum += shares[place]!;
  }
  return Math.min(1, sum);
}
