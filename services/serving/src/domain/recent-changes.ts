import { happenedAt, type UserEvent } from './seen-changes';

/** How strongly an interaction of a type speaks for its item, or against it where that is negative. */
export type StrengthOf = (type: string, value?: number) => number;

/** An interaction that speaks for its item or against it. */
export interface RecentDeed {
  readonly itemId: string;
  /** On the scale of a like; never 0. */
  readonly strength: number;
  readonly happenedAt: Date;
  /** When the log took it: its place among what the user did with the item. */
  readonly appendedAt: Date;
}

/** What a user did of a run of events. Whoever applies it lets what speaks against an item take out what spoke for it before. */
export interface RecentChange {
  readonly userId: string;
  readonly deeds: readonly RecentDeed[];
}

/** Gathers by user what speaks for items and against them. */
export function foldRecentChanges(events: readonly UserEvent[], strengthOf: StrengthOf): RecentChange[] {
  const users = new Map<string, RecentDeed[]>();
  for (const event of events) {
    const strength = strengthOf(event.type, event.value);
    if (strength === 0) continue;
    const { itemId, appendedAt } = event;
    const deed = { itemId, strength, happenedAt: happenedAt(event), appendedAt };
    const known = users.get(event.userId);
    if (known === undefined) users.set(event.userId, [deed]);
    else known.push(deed);
  }
  return Array.from(users, ([userId, deeds]) => ({ userId, deeds }));
}
