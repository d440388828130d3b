import type { Scorer } from '@attune/evaluation';
import { type Interactions, userOffsets } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { makeNegativeSampler } from '../negatives/negative-sampler';
import type { RescaleRow } from './part-scale';

/** Held-out interactions among drawn items, as every part ranks them. */
export interface BlendExamples {
  /** Groups of `groupSize` examples follow each other: the held-out item first, then the drawn ones. */
  readonly groupSize: number;
  /** [parts][examples]: scores on the scale of the blend. */
  readonly features: readonly Float32Array[];
  /** [examples]: 1 for the first of a group. */
  readonly labels: Uint8Array;
  /** [examples]: a drawn item stands for many that were not drawn. */
  readonly weights: Float32Array;
}

/** Who is asked about what. */
export interface ExampleRequest {
  /** Trained without `held`. */
  readonly parts: readonly Scorer[];
  readonly rescale: RescaleRow;
  readonly held: Interactions;
  /** All that users did, held out or not: none of it is drawn. */
  readonly interactions: Interactions;
  readonly negatives: number;
  readonly maxUsers: number;
  readonly seed: number;
  readonly breathe: () => Promise<void>;
}

const USERS_AT_ONCE = 64;

/** Draws items beside each held-out interaction of some users, and ranks them by each part. */
export async function blendExamples(request: ExampleRequest): Promise<BlendExamples> {
  const { parts, rescale, held, negatives, breathe } = request;
  const users = chooseUsers(request);
  const offsets = userOffsets(held);
  const drawn = drawItems(request, users, offsets);
  const features = parts.map(() => new Float32Array(drawn.items.length));
  const { itemCount } = held;
  const scaled = new Float32Array(itemCount);
  let at = 0;
  for (let from = 0; from < users.length; from += USERS_AT_ONCE) {
    const some = users.subarray(from, from + USERS_AT_ONCE);
    const begin = at;
    for (const [index, part] of parts.entries()) {
      const scores = await part.scoreAll(some);
      await breathe();
      at = begin;
      for (const [row, user] of some.entries()) {
        rescale(scores.subarray(row * itemCount, (row + 1) * itemCount), scaled);
        const end = at + (offsets[user + 1]! - offsets[user]!) * (negatives + 1);
        for (; at < end; at++) features[index]![at] = scaled[drawn.items[at]!]!;
      }
    }
  }
  return { groupSize: negatives + 1, features, labels: drawn.labels, weights: drawn.weights };
}

/** Users with something held out and something left to draw, by lot where there are too many, in ascending order. */
function chooseUsers({ held, interactions, maxUsers, seed }: ExampleRequest): Int32Array {
  const sampler = makeNegativeSampler(interactions);
  const users = Array.from(new Set(held.userIndex)).filter((user) => sampler.freeItems(user) > 0);
  const uniform = seededUniform(seed);
  const lots = new Map(users.map((user) => [user, uniform()]));
  return Int32Array.from(users.sort((a, b) => lots.get(a)! - lots.get(b)!).slice(0, maxUsers)).sort();
}

function drawItems({ held, interactions, negatives, seed }: ExampleRequest, users: Int32Array, offsets: Int32Array) {
  const sampler = makeNegativeSampler(interactions);
  const uniform = seededUniform(seed + 1);
  const groups = users.reduce((sum, user) => sum + offsets[user + 1]! - offsets[user]!, 0);
  const size = negatives + 1;
  const items = new Int32Array(groups * size);
  const labels = new Uint8Array(items.length);
  const weights = new Float32Array(items.length).fill(1);
  let at = 0;
  for (const user of users) {
    // over all of a user's held-out items every free item counts once
    const ownHeld = offsets[user + 1]! - offsets[user]!;
    const weight = sampler.freeItems(user) / (negatives * ownHeld);
    for (let entry = offsets[user]!; entry < offsets[user + 1]!; entry++) {
      items[at] = held.itemIndex[entry]!;
      labels[at] = 1;
      for (let drawn = 1; drawn < size; drawn++) {
        items[at + drawn] = sampler.draw(user, uniform);
        weights[at + drawn] = weight;
      }
      at += size;
    }
  }
  return { items, labels, weights };
}
