import { AppError } from '@attune/errors';
import { type Interactions, splitByTime, splitLeaveOut, splitPerUser, splitRandom } from '@attune/interactions';

const EXAMPLES = 'random:0.8,0.1,0.1, per-user:0.75,0.25, time:0.8, leave-last-out or leave-one-out';

/** How one file becomes a training and a test. */
export interface SplitSpec {
  readonly kind: 'random' | 'per-user' | 'time' | 'leave-last-out' | 'leave-one-out';
  readonly shares: readonly number[];
  /** Whether it is drawn by lot. */
  readonly isSeeded: boolean;
}

/** Reads `random:0.8,0.1,0.1`; a single share leaves the rest to the test. */
export function parseSplit(text: string): SplitSpec {
  const [kind = '', sharesText] = text.split(':');
  if ((kind === 'leave-last-out' || kind === 'leave-one-out') && sharesText === undefined) {
    return { kind, shares: [], isSeeded: kind === 'leave-one-out' };
  }
  const given = (sharesText ?? '').split(',').map(Number);
  const shares = given.length === 1 ? [given[0]!, 1 - given[0]!] : given;
  const isSound = shares.length <= 3 && shares.every((share) => share > 0 && share < 1);
  if ((kind === 'random' || kind === 'per-user' || kind === 'time') && isSound) {
    return { kind, shares, isSeeded: kind !== 'time' };
  }
  throw new AppError('invalid.options', `--split "${text}" is not one of ${EXAMPLES}`);
}

/** [training, test]: with three shares the middle one is a validation set that nobody sees here. */
export function splitBySpec(interactions: Interactions, text: string, seed: number): readonly Interactions[] {
  const { kind, shares } = parseSplit(text);
  const parts = () => {
    switch (kind) {
      case 'random':
        return splitRandom(interactions, { shares, seed });
      case 'per-user':
        return splitPerUser(interactions, { shares, seed });
      case 'time':
        return splitByTime(interactions, shares);
      case 'leave-last-out':
        return splitLeaveOut(interactions, { by: 'time', seed });
      case 'leave-one-out':
        return splitLeaveOut(interactions, { by: 'random', seed });
      default:
        return kind satisfies never;
    }
  };
  const [train, ...rest] = parts();
  return [train!, rest[rest.length - 1]!];
}
