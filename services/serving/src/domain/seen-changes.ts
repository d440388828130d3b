/** The part of an interaction that slates and the popularity counter need. */
export interface UserEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value?: number;
  /** The slate that it answers; empty for none. */
  readonly decisionId?: string;
  /** When it happened, as far as known. */
  readonly occurredAt?: Date | undefined;
  /** When the fleet learned of it. */
  readonly acceptedAt: Date;
  /** When the log took it. A user's events lie in one partition, so this is their order, whoever reads them and when. */
  readonly appendedAt: Date;
}

/** When an event happened: one that is told late happened before, and one that claims to happen later was accepted before. */
export function happenedAt({ occurredAt, acceptedAt }: Pick<UserEvent, 'occurredAt' | 'acceptedAt'>): Date {
  return occurredAt !== undefined && occurredAt < acceptedAt ? occurredAt : acceptedAt;
}

/** Whether a user has an item hidden, since when. */
export interface Hiding {
  readonly itemId: string;
  /** A hidden item must never come back, whatever the caller asks for. */
  readonly isHidden: boolean;
  readonly since: Date;
}

/** What a user last did with an item, of one type. */
export interface SeenMark {
  readonly itemId: string;
  readonly type: string;
  readonly at: Date;
}

/** What a run of events changes for one user. */
export interface SeenChange {
  readonly userId: string;
  /** One per type and item. Whoever applies it lets it give way to a later one. */
  readonly seen: readonly SeenMark[];
  /** One per item. Whoever applies it lets it give way to a later one. */
  readonly hidings: readonly Hiding[];
}

const HIDING_TYPES = new Set(['hide', 'report']);
const UNHIDE = 'unhide';

/**
 * Folds events, in their order, into one change per user. Within the run the last of `hide` and `unhide` wins; the same run
 * folded twice gives the same change, and applying a change twice is applying it once. Every other type is a mark: surfaces say
 * which of them keep an item away, and for how long.
 */
export function foldSeenChanges(events: readonly UserEvent[]): SeenChange[] {
  const users = new Map<string, { seen: Map<string, SeenMark>; hidings: Map<string, Hiding> }>();
  for (const event of events) {
    const { userId, itemId, type, appendedAt } = event;
    let user = users.get(userId);
    if (user === undefined) users.set(userId, (user = { seen: new Map(), hidings: new Map() }));
    if (HIDING_TYPES.has(type) || type === UNHIDE) {
      user.hidings.set(itemId, { itemId, isHidden: type !== UNHIDE, since: appendedAt });
      continue;
    }
    const at = happenedAt(event);
    const known = user.seen.get(`${type}:${itemId}`);
    if (known === undefined || known.at < at) user.seen.set(`${type}:${itemId}`, { itemId, type, at });
  }
  return Array.from(users, ([userId, { seen, hidings }]) => ({
    userId,
    seen: [...seen.values()],
    hidings: [...hidings.values()],
  }));
}
