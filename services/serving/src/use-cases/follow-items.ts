import type { ItemFacts } from '../domain/catalog/item-facts';
import type { ItemCursor, ItemProjection } from '../item-ports';
import { itemsTakenOver } from '../telemetry';

/** Items that are taken over without a pause: some milliseconds. */
const PAGE = 1_000;

/** What following items needs. */
export interface FollowItemsParts {
  readonly projection: Pick<ItemProjection, 'changesAfter'>;
  readonly catalog: { put(facts: ItemFacts): void };
}

/** Takes changes of items over from the projection that all replicas share. */
export interface ItemFollower {
  /** Takes over what has changed since the last round; calls at once share a round that began after them. Returns what is known of the projection. */
  catchUp(): Promise<{ readonly isWhole: boolean; readonly changedCount: number }>;
}

/** Makes the use case. Between two pages others have their turn, so that a million items hold up nobody. */
export function makeFollowItems({ projection, catalog }: FollowItemsParts): ItemFollower {
  let cursor: ItemCursor = { epoch: '', sequence: 0 };
  let running: ReturnType<ItemFollower['catchUp']> | undefined;
  let next: ReturnType<ItemFollower['catchUp']> | undefined;

  async function round() {
    for (let changedCount = 0; ; ) {
      const page = await projection.changesAfter(cursor, PAGE);
      for (const facts of page.items) catalog.put(facts);
      cursor = page.cursor;
      changedCount += page.items.length;
      itemsTakenOver(page.items.length);
      if (page.isLast) return { isWhole: page.isWhole, changedCount };
    }
  }

  function begin() {
    running = round().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    catchUp() {
      if (running === undefined) return begin();
      // A round under way may have read before the caller's change was there.
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return begin();
        });
      return next;
    },
  };
}
