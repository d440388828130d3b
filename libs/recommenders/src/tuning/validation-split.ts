import type { Protocol } from '@attune/evaluation';
import { type Interactions, splitByTime, splitLeaveOut, splitRandom } from '@attune/interactions';

/** Training interactions in two: what trials learn from, and what they are measured on. */
export interface ValidationSplit {
  readonly train: Interactions;
  readonly validation: Interactions;
  /** How it was split, in words. */
  readonly rule: string;
}

/**
 * Takes a validation set of the training interactions that relates to the rest as the test does to the training: the last or a
 * random one of each user for `leave-one-out`, later ones where the test is later, a random share elsewhere. Of the test only its
 * size and its times are looked at, never what it says.
 */
export function validationSplit(
  train: Interactions,
  { test, protocol, seed }: { readonly test?: Interactions; readonly protocol: Protocol; readonly seed: number },
): ValidationSplit {
  const isTimed = train.timeMs.every((time) => !Number.isNaN(time));
  if (protocol === 'leave-one-out') {
    const by = isTimed ? 'time' : 'random';
    const [rest, heldOut] = splitLeaveOut(train, { by, seed });
    return { train: rest!, validation: heldOut!, rule: `${by === 'time' ? 'the last' : 'a random'} one of each user` };
  }
  const share = shareOf(train, test);
  const percent = `${(share * 100).toFixed(0)} %`;
  if (isTimed && test !== undefined && test.userIndex.length > 0 && isLater(train, test)) {
    const [rest, later] = splitByTime(train, [1 - share, share]);
    // one moment may hold all there is
    if (rest!.userIndex.length > 0 && later!.userIndex.length > 0) {
      return { train: rest!, validation: later!, rule: `the latest ${percent}` };
    }
  }
  const [rest, drawn] = splitRandom(train, { shares: [1 - share, share], seed });
  return { train: rest!, validation: drawn!, rule: `a random ${percent}` };
}

function shareOf(train: Interactions, test: Interactions | undefined): number {
  if (test === undefined || test.userIndex.length === 0) return 0.1;
  const share = test.userIndex.length / (test.userIndex.length + train.userIndex.length);
  return Math.min(0.25, Math.max(0.05, share));
}

/** Whether nearly all of the test happened after nearly all of the training. */
function isLater(train: Interactions, test: Interactions): boolean {
  if (test.timeMs.some((time) => Number.isNaN(time))) return false;
  return quantile(test.timeMs, 0.05) >= quantile(train.timeMs, 0.95);
}

function quantile(values: Float64Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
