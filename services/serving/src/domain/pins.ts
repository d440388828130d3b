import { isOn } from './boosts';
import type { Pin } from './surface';

/** An item that is pinned to a place. */
export interface PinnedItem {
  readonly item: number;
  /** Counted from 0. */
  readonly position: number;
}

/**
 * The pins that hold at `nowMs` for a slate of `count` places, by place. Of two for one place, or of one item twice, the first holds;
 * items that the catalog does not know and items that must not be shown to this user are passed over.
 */
export function pinsAt(
  pins: readonly Pin[],
  { count, nowMs }: { readonly count: number; readonly nowMs: number },
  { find, mayBeShown }: PinCatalog,
): readonly PinnedItem[] {
  const byPlace = new Map<number, number>();
  const taken = new Set<number>();
  for (const { itemId, position, until } of pins) {
    if (position >= count || byPlace.has(position) || !isOn(until, nowMs)) continue;
    const item = find(itemId);
    if (item < 0 || taken.has(item) || !mayBeShown(item)) continue;
    byPlace.set(position, item);
    taken.add(item);
  }
  return Array.from(byPlace, ([position, item]) => ({ item, position })).sort((a, b) => a.position - b.position);
}

/** What pins need to know of items. */
export interface PinCatalog {
  /** The number of an item, or -1. */
  find(itemId: string): number;
  /** Whether nothing forbids the item to this user. */
  mayBeShown(item: number): boolean;
}
