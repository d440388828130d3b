/** Everything that Redis keeps of a user, with the name under which erasures count it. */
export const USER_KEYS = {
  /** String: what the user did with which item, and when last (`seen-marks.ts`). */
  marks: 'seen_items',
  /** String: the same for impressions, which are many. */
  'shown-marks': 'impressions',
  /** Set of item ids. */
  hidden: 'hidden_items',
  /** Hash: item id to when the log took its last hiding or unhiding. */
  hidings: 'hidings',
  /** String: what the user refuses. */
  consent: 'consents',
  /** Hash: authors and topics that the user blocks. */
  blocks: 'blocks',
  /** Hash: whom the user follows. */
  follows: 'follows',
  /** String: what the user spoke for and against lately. */
  recents: 'recents',
} as const;

/** One thing that Redis keeps of a user. */
export type UserKeyName = keyof typeof USER_KEYS;

/** The key of one thing that is kept of a user. All of a user have one hash tag, so that a cluster keeps them in one slot. */
export const userKey = (userId: string, name: UserKeyName): string => `{user:${userId}}:${name}`;
