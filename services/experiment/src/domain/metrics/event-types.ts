/** A type of event that metrics count. */
export interface EventType {
  readonly name: string;
  /** Whether more of it is better: not where it speaks against an item. */
  readonly isWelcome: boolean;
}

const UNWELCOME: ReadonlySet<string> = new Set(['dislike', 'hide', 'report']);

/** Every type of the contracts; a test holds the two equal. */
export const EVENT_TYPES: readonly EventType[] = [
  ...['impression', 'view', 'click', 'like', 'comment', 'share', 'save', 'follow_author', 'rating'],
  ...['dislike', 'hide', 'unhide', 'report'],
].map((name) => ({ name, isWelcome: !UNWELCOME.has(name) }));
