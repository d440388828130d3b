/** The part of an interaction that the seen filter and the popularity counter need. */
export interface UserEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value?: number;
  /** When it happened, as far as known. */
  readonly occurredAt?: Date | undefined;
  /** When the fleet learned of it. */
  readonly acceptedAt: Date;
  /** When the log took it. A user's events lie in one partition, so this is their order, whoever reads them and when. */
  readonly appendedAt: Date;
}

/** Whether a user has an item hidden, since when. */
export interface Hiding {
  readonly itemId: string;
  /** A hidden item must never come back, whatever the caller asks for. */
  readonly isHidden: boolean;
  readonly since: Date;
}

/** What a run of events changes for one user. */
export interface SeenChange {
  readonly userId: string;
  readonly seen: readonly string[];
  /** One per item. Whoever applies it lets it give way to a later one. */
  readonly hidings: readonly Hiding[];
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
  const users = new Map<string, { seen: Set<string>; hidings: Map<string, Hiding> }>();
  for (const { userId, itemId, type, appendedAt } of events) {
    const isHiding = HIDING_TYPES.has(type);
    if (!isHiding && type !== 'unhide' && !SEEN_TYPES.has(type)) continue;
    let user = users.get(userId);
    if (user === undefined) users.set(userId, (user = { seen: new Set(), hidings: new Map() }));
    if (SEEN_TYPES.has(type)) user.seen.add(itemId);
    else user.hidings.set(itemId, { itemId, isHidden: isHiding, since: appendedAt });
  }
  return Array.from(users, ([userId, { seen, hidings }]) => ({
    userId,
    seen: [...seen],
    hidings: [...hidings.values()],
  }));
}
