import { filterInteractions, type Interactions, splitByTime, splitLeaveOut, userOffsets } from '@attune/interactions';
import { drawSome, seededUniform } from '@attune/kernels';

/** What a training may see, and what it is asked about. */
export interface HoldOut {
  readonly training: Interactions;
  readonly test: Interactions;
}

/** The share of the newest ratings that a training of ratings is asked about. */
const RATINGS_SHARE = 0.1;

/**
 * Hides the newest entry of users who have at least two. At most `maxUsers` of them are asked, drawn by the seed, so that an
 * evaluation's time does not grow with the number of users; the others keep theirs.
 */
export function holdOutLast(
  interactions: Interactions,
  { maxUsers, seed }: { readonly maxUsers: number; readonly seed: number },
): HoldOut {
  const [, newest] = splitLeaveOut(interactions, { by: 'time', seed });
  const asked = new Set(drawSome(newest!.userIndex, maxUsers, seededUniform(seed)));
  const test = filterInteractions(newest!, (entry) => asked.has(newest!.userIndex[entry]!));
  const hidden = new Map(Array.from(test.userIndex, (user, entry) => [user, test.itemIndex[entry]!]));
  const { userIndex, itemIndex } = interactions;
  const training = filterInteractions(interactions, (entry) => hidden.get(userIndex[entry]!) !== itemIndex[entry]);
  return { training, test };
}

/** Hides the newest ratings, but of nobody all. */
export function holdOutNewestRatings(interactions: Interactions): HoldOut {
  const [, newest] = splitByTime(interactions, [1 - RATINGS_SHARE, RATINGS_SHARE]);
  const all = userOffsets(interactions);
  const hiddenOf = userOffsets(newest!);
  const isAsked = (user: number) => hiddenOf[user + 1]! - hiddenOf[user]! < all[user + 1]! - all[user]!;
  const test = filterInteractions(newest!, (entry) => isAsked(newest!.userIndex[entry]!));
  const pairs = new Set(Array.from(test.userIndex, (user, entry) => pairOf(test, user, entry)));
  const training = filterInteractions(
    interactions,
    (entry) => !pairs.has(pairOf(interactions, interactions.userIndex[entry]!, entry)),
  );
  return { training, test };
}

function pairOf({ itemCount, itemIndex }: Interactions, user: number, entry: number): number {
  return user * itemCount + itemIndex[entry]!;
}
