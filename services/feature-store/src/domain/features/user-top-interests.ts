import type { Feature } from './feature';
import { best, interestShares } from './taste';

const COUNT = 10;

/** What a user cares about most. */
export const userTopInterests: Feature = {
  name: 'user_top_interests',
  entity: 'user',
  view: 'user',
  valueType: 'scored_names',
  unit: 'share',
  description:
    "The 10 topics (categories and tags) with the greatest shares of the user's interest: the last 32 positive interactions, each halved for every 30 days since, and the declared interests.",
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states, nowMs }) {
    const interest = states.user === undefined ? undefined : interestShares(states.user, nowMs);
    return interest === undefined ? undefined : best(interest.topics.names, interest.shares, COUNT);
  },
};
