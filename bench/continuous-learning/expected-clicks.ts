import type { Tastes } from '@attune/simulator';

/**
 * The probability that somebody clicks something of a slate, by the simulator's own numbers (`react` in libs/simulator/src/taste.ts):
 * places further down are looked at less, what is looked at is opened by taste, and what is opened is clicked by taste. The chance of the
 * single click is out of it, so that a few thousand slates tell two rates apart that differ by one in a hundred.
 */
export function expectedClickRate(tastes: Tastes, userId: string, itemIds: readonly string[]): number {
  const none = itemIds.reduce((probability, itemId, position) => {
    const liking = tastes.trueAffinity(userId, itemId);
    const isLookedAt = position === 0 ? 1 : 1 / (1 + 0.12 * position);
    return probability * (1 - isLookedAt * Math.min(1, 0.12 + 0.8 * liking) * (0.05 + 0.35 * liking));
  }, 1);
  return 1 - none;
}
