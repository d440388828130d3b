/** The part of an interaction that the seen filter and the popularity counter need. */
export interface UserEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value?: number;
  /** When the fleet learned of it. */
  readonly acceptedAt: Date;
}

/** What a run of events changes for one user. */
export interface SeenChange {
  readonly userId: string;
  readonly seen: readonly string[];
  /** Items that must never come back, whatever the caller asks for. */
  readonly hidden: readonly string[];
  readonly unhidden: readonly string[];
}

// An impression does not count: an item that was on the screen and left alone may come again. Neither does following an
// author, which says nothing about having read the item.
const SEEN_TYPES = new Set(['view', 'click', 'like', 'comment', 'share', 'save', 'rating', 'dislike']);
const HIDING_TYPES = new Set(['hide', 'report']);

/**
 * Folds events, in their order, into one change per user. Within the run the last of `hide` and `unhide` wins; the same run
 * folded twice gives the same change, and applying a change twice is applying it once.
 */
export function foldSeenChanges(events: readonly UserEvent[]): SeenChange[] {
  const users = new Map<string, { seen: Set<string>; isHidden: Map<string, boolean> }>();
  for (const { userId, itemId, type } of events) {
    const isHiding = HIDING_TYPES.has(type);
    if (!isHiding && type !== 'unhide' && !SEEN_TYPES.has(type)) continue;
    let user = users.get(userId);
    if (user === undefined) users.set(userId, (user = { seen: new Set(), isHidden: new Map() }));
    if (SEEN_TYPES.has(type)) user.seen.add(itemId);
    else user.isHidden.set(itemId, isHiding);
  }
  return Array.from(users, ([userId, { seen, isHidden }]) => ({
    userId,
    seen: [...seen],
    hidden: [...isHidden].filter(([, hidden]) => hidden).map(([itemId]) => itemId),
    unhidden: [...isHidden].filter(([, hidden]) => !hidden).map(([itemId]) => itemId),
  }));
}
