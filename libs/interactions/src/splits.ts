import { AppError } from '@attune/errors';
import { randomOrder, seededUniform, shuffle } from '@attune/kernels';
import { filterInteractions, type Interactions, userOffsets } from './interactions';

/** Interactions in parts by share: [0.8, 0.1, 0.1] makes three parts. Each split keeps users and items at their indices. */
export interface SplitOptions {
  /** The first is trained on. They add up to 1. */
  readonly shares: readonly number[];
  readonly seed: number;
}

/** Each interaction goes to a part by lot. */
export function splitRandom(interactions: Interactions, { shares, seed }: SplitOptions): Interactions[] {
  const order = randomOrder(interactions.userIndex.length, seededUniform(seed));
  return cutOrder(interactions, order, shares);
}

/**
 * Each user's interactions are dealt by lot in the given shares (stratified by user), so that every user with enough of them is in
 * every part. The first part gets what rounding leaves, and at least one.
 */
export function splitPerUser(interactions: Interactions, { shares, seed }: SplitOptions): Interactions[] {
  checkShares(shares);
  const uniform = seededUniform(seed);
  const offsets = userOffsets(interactions);
  const part = new Uint8Array(interactions.userIndex.length);
  for (let user = 0; user < interactions.userCount; user++) {
    const own = part.subarray(offsets[user]!, offsets[user + 1]!);
    dealByShare(own, shares);
    shuffle(own, uniform);
  }
  return shares.map((_, index) => filterInteractions(interactions, (entry) => part[entry] === index));
}

/** The oldest interactions are the first part, the newest the last; interactions of one moment are never parted by it. */
export function splitByTime(interactions: Interactions, shares: readonly number[]): Interactions[] {
  checkShares(shares);
  checkTimes(interactions);
  const sorted = interactions.timeMs.slice().sort();
  const ends = endsOf(shares, sorted.length).map((end) => sorted[end] ?? Number.POSITIVE_INFINITY);
  const partOf = (time: number) => ends.findIndex((end) => time < end);
  return shares.map((_, index) =>
    filterInteractions(interactions, (entry) => partOf(interactions.timeMs[entry]!) === index),
  );
}

/** What to hold out of each user. */
export interface LeaveOutOptions {
  /** How many of each user's interactions are held out; users with no more than that are trained on whole. */
  readonly count?: number;
  /** `time` holds out the newest (equally new ones are drawn by lot), `random` draws all by lot. */
  readonly by: 'time' | 'random';
  readonly seed: number;
}

/** Holds out the last interactions of each user: [rest, held out]. */
export function splitLeaveOut(interactions: Interactions, { count = 1, by, seed }: LeaveOutOptions): Interactions[] {
  if (by === 'time') checkTimes(interactions);
  const uniform = seededUniform(seed);
  const lots = Float64Array.from(interactions.userIndex, () => uniform());
  const offsets = userOffsets(interactions);
  const isHeldOut = new Uint8Array(interactions.userIndex.length);
  for (let user = 0; user < interactions.userCount; user++) {
    const own = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, index) => offsets[user]! + index);
    if (own.length <= count) continue;
    const age = (entry: number) => (by === 'time' ? interactions.timeMs[entry]! : 0);
    own.sort((a, b) => age(b) - age(a) || lots[a]! - lots[b]!);
    for (const entry of own.slice(0, count)) isHeldOut[entry] = 1;
  }
  return [0, 1].map((index) => filterInteractions(interactions, (entry) => isHeldOut[entry] === index));
}

/** Every interaction is in the test of one fold and in the training of the others. */
export function splitFolds(
  interactions: Interactions,
  { folds, seed }: { readonly folds: number; readonly seed: number },
): { readonly train: Interactions; readonly test: Interactions }[] {
  if (!Number.isInteger(folds) || folds < 2) throw new AppError('invalid.split', 'there are at least 2 folds');
  const order = randomOrder(interactions.userIndex.length, seededUniform(seed));
  const fold = new Int32Array(order.length);
  order.forEach((entry, place) => {
    fold[entry] = place % folds;
  });
  return Array.from({ length: folds }, (_, index) => ({
    train: filterInteractions(interactions, (entry) => fold[entry] !== index),
    test: filterInteractions(interactions, (entry) => fold[entry] === index),
  }));
}

function cutOrder(
  interactions: Interactions,
  order: Int32Array | Uint32Array,
  shares: readonly number[],
): Interactions[] {
  checkShares(shares);
  const part = new Uint8Array(order.length);
  const ends = endsOf(shares, order.length);
  let index = 0;
  order.forEach((entry, place) => {
    while (place >= ends[index]!) index++;
    part[entry] = index;
  });
  return shares.map((_, wanted) => filterInteractions(interactions, (entry) => part[entry] === wanted));
}

/** Where each part ends among `count` ordered entries. */
function endsOf(shares: readonly number[], count: number): number[] {
  let sum = 0;
  const ends = shares.map((share) => Math.round((sum += share) * count));
  ends[ends.length - 1] = count;
  return ends;
}

/** Part numbers in order: the later parts get their rounded shares, the first the rest. */
function dealByShare(parts: Uint8Array, shares: readonly number[]): void {
  let at = parts.length;
  for (let index = shares.length - 1; index > 0; index--) {
    const wanted = Math.min(Math.round(shares[index]! * parts.length), Math.max(0, at - 1));
    parts.fill(index, at - wanted, at);
    at -= wanted;
  }
}

function checkShares(shares: readonly number[]): void {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.length >= 2 && shares.every((share) => share > 0) && Math.abs(sum - 1) < 1e-6) return;
  throw new AppError(
    'invalid.split',
    `the shares ${shares.join(', ')} must be positive, at least two, and add up to 1`,
  );
}

function checkTimes({ timeMs }: Interactions): void {
  const unknown = timeMs.reduce((count, time) => count + (Number.isNaN(time) ? 1 : 0), 0);
  if (unknown === 0) return;
  throw new AppError(
    'failed_precondition.no_times',
    `a split by time needs the time of every interaction: ${unknown} of ${timeMs.length} have none; split at random instead`,
  );
}
