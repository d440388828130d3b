import { filterInteractions, type Interactions, userOffsets } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { makeNegativeSampler } from '../negatives/negative-sampler';

/** Interactions that a training does not see, each to be ranked among items that its user has nothing to do with. */
export interface HoldOut {
  readonly training: Interactions;
  /** [n * (1 + NEGATIVES)]: per held-out interaction its user, so many times. */
  readonly users: Int32Array;
  /** The held-out item first, then the negatives. */
  readonly items: Int32Array;
}

const NEGATIVES = 99;
const MOST_USERS = 2_000;
const GROUP = 1 + NEGATIVES;
const CUT = 10;

/** Takes one interaction from each of up to 2,000 users who have two or more, at random by the seed. */
export function holdOut(interactions: Interactions, seed: number): HoldOut {
  const uniform = seededUniform(seed ^ 0x5f3759df);
  const offsets = userOffsets(interactions);
  const sampler = makeNegativeSampler(interactions);
  const able = Array.from({ length: interactions.userCount }, (_, user) => user).filter(
    (user) => offsets[user + 1]! - offsets[user]! >= 2 && sampler.freeItems(user) > 0,
  );
  const share = MOST_USERS / able.length;
  const chosen = able.filter(() => uniform() < share);
  const held = new Set(
    chosen.map((user) => offsets[user]! + Math.floor(uniform() * (offsets[user + 1]! - offsets[user]!))),
  );
  const users: number[] = [];
  const items: number[] = [];
  for (const entry of held) {
    const user = interactions.userIndex[entry]!;
    users.push(...new Array<number>(GROUP).fill(user));
    items.push(interactions.itemIndex[entry]!);
    for (let n = 0; n < NEGATIVES; n++) items.push(sampler.draw(user, uniform));
  }
  return {
    training: filterInteractions(interactions, (entry) => !held.has(entry)),
    users: Int32Array.from(users),
    items: Int32Array.from(items),
  };
}

/** NDCG@10 over the held-out interactions for scores of its pairs; ties count against the held-out item. */
export function heldOutNdcg(scores: Float32Array): number {
  let sum = 0;
  for (let start = 0; start < scores.length; start += GROUP) {
    let rank = 0;
    for (let at = start + 1; at < start + GROUP; at++) if (scores[at]! >= scores[start]!) rank++;
    if (rank < CUT) sum += 1 / Math.log2(rank + 2);
  }
  return (sum * GROUP) / scores.length;
}
