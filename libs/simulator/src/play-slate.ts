import type { Rng } from './random';
import type { SlateEvent } from './simulated';
import { react, type World } from './taste';

/**
 * What a user does with a slate: an impression of every place, then the reactions, in the order of time. A post that the world does not
 * know (`postOf` gives -1) is shown and left alone.
 */
export function playSlate(
  world: World,
  user: number,
  itemIds: readonly string[],
  { postOf, rng }: { readonly postOf: (itemId: string) => number; readonly rng: Rng },
): readonly SlateEvent[] {
  const events: SlateEvent[] = itemIds.map((itemId, position) => {
    return { itemId, position, type: 'impression', afterSeconds: 0 };
  });
  for (const [position, itemId] of itemIds.entries()) {
    const post = postOf(itemId);
    if (post < 0) continue;
    for (const reaction of react(world, user, post, rng, position)) events.push({ itemId, position, ...reaction });
  }
  // Sorting is stable, so impressions come before views of the same second.
  return events.sort((a, b) => a.afterSeconds - b.afterSeconds);
}
