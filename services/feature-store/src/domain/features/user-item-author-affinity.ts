import { itemFacts } from '../blocks/item-facts';
import { recentPositives } from '../blocks/recent-positives';
import type { Feature } from './feature';
import { weightsOf } from './taste';

/** Whether a user likes what the author of an item makes. */
export const userItemAuthorAffinity: Feature = {
  name: 'user_item_author_affinity',
  entity: 'user_item',
  view: 'user_item',
  valueType: 'number',
  unit: 'share',
  description: 'The share of the author in the weight of the last 32 positive interactions of the user.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states: { user, item }, nowMs }) {
    const authorKey = item?.part(itemFacts).facts?.authorKey ?? 0;
    if (user === undefined || authorKey === 0) return undefined;
    const entries = user.part(recentPositives);
    const weights = weightsOf(user, nowMs);
    let own = 0;
    let total = 0;
    for (let at = 0; at < entries.length; at++) {
      total += weights[at]!;
      if (entries[at]!.authorKey === authorKey) own += weights[at]!;
    }
    return total === 0 ? undefined : own / total;
  },
  forUser({ user }, nowMs) {
    if (user === undefined) return () => undefined;
    const weights = weightsOf(user, nowMs);
    const weightOf = new Map<number, number>();
    let total = 0;
    // Added up in the order of the entries, as above: fractions in another order give other bits.
    user.part(recentPositives).forEach(({ authorKey }, at) => {
      total += weights[at]!;
      weightOf.set(authorKey, (weightOf.get(authorKey) ?? 0) + weights[at]!);
    });
    if (total === 0) return () => undefined;
    return ({ states: { item } }) => {
      const authorKey = item?.part(itemFacts).facts?.authorKey ?? 0;
      return authorKey === 0 ? undefined : (weightOf.get(authorKey) ?? 0) / total;
    };
  },
};
