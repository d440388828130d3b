import { AppError } from '@attune/errors';
import type { Interactions } from '@attune/interactions';
import { randomOrder, seededUniform } from '@attune/kernels';
import { epochSeed } from './epoch-seed';
import type { NegativeSampler } from './negative-sampler';

/** Examples of one step: the positives first, then the negatives. */
export interface PreferenceBatch {
  /** [n]: user indices. */
  readonly users: Int32Array;
  /** [n]: item indices. */
  readonly items: Int32Array;
  /** [n]: 1 for a positive, 0 for a negative. */
  readonly labels: Float32Array;
}

/** How the examples of an epoch are made. */
export interface PreferenceBatchOptions {
  readonly interactions: Interactions;
  readonly sampler: NegativeSampler;
  readonly negativesPerPositive: number;
  /** Examples of a step, positives and negatives together. */
  readonly batchSize: number;
  readonly seed: number;
}

/** How many positives a step has. */
function positivesPerBatch({ batchSize, negativesPerPositive }: PreferenceBatchOptions): number {
  return Math.max(1, Math.floor(batchSize / (1 + negativesPerPositive)));
}

/** How many steps an epoch has. */
export function batchCount(options: PreferenceBatchOptions): number {
  return Math.ceil(options.interactions.userIndex.length / positivesPerBatch(options));
}

/**
 * The examples of one epoch: every positive once, in a new order, each with fresh negatives of its user (He et al., "Neural
 * collaborative filtering" (2017), section 3.4). Depends on seed and epoch alone. A user who has all items has no negatives. Memory
 * beside the interactions is one order of the positives and one batch.
 */
export function* preferenceBatches(options: PreferenceBatchOptions, epoch: number): Generator<PreferenceBatch> {
  const { interactions, seed } = options;
  const uniform = seededUniform(epochSeed(seed, epoch));
  const { length } = interactions.userIndex;
  if (length === 0) throw new AppError('failed_precondition.dataset_empty', 'there are no interactions to train on');
  const order = randomOrder(length, uniform);
  const size = positivesPerBatch(options);
  for (let start = 0; start < order.length; start += size) {
    yield makeBatch(options, order.subarray(start, start + size), uniform);
  }
}

function makeBatch(options: PreferenceBatchOptions, entries: Int32Array, uniform: () => number): PreferenceBatch {
  const { interactions, sampler, negativesPerPositive } = options;
  const positives = entries.length;
  const users = new Int32Array(positives * (1 + negativesPerPositive));
  const items = new Int32Array(users.length);
  let filled = 0;
  for (const entry of entries) {
    users[filled] = interactions.userIndex[entry]!;
    items[filled++] = interactions.itemIndex[entry]!;
  }
  for (let p = 0; p < positives; p++) {
    const user = users[p]!;
    if (sampler.freeItems(user) === 0) continue;
    for (let n = 0; n < negativesPerPositive; n++) {
      users[filled] = user;
      items[filled++] = sampler.draw(user, uniform);
    }
  }
  const labels = new Float32Array(filled).fill(1, 0, positives);
  return { users: users.subarray(0, filled), items: items.subarray(0, filled), labels };
}
