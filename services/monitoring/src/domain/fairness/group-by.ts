/** What makes groups: attributes of users, or of authors by what is known of their items. */
export const GROUPINGS = {
  country: { of: 'users', description: "the user's country" },
  language: { of: 'users', description: "the user's language" },
  ageBand: { of: 'users', description: "the user's age band" },
  category: { of: 'authors', description: 'the category of the item' },
  authorSize: { of: 'authors', description: 'whether the author has one item, 2 to 9, or 10 and more' },
  authorAge: { of: 'authors', description: 'whether the first item of the author is known for less than 30 days' },
} as const satisfies Record<string, { readonly of: 'users' | 'authors'; readonly description: string }>;

/** A way to make groups. */
export type GroupBy = keyof typeof GROUPINGS;

/** Every way to make groups. */
export const GROUP_BYS = Object.keys(GROUPINGS) as readonly GroupBy[];

/** Whether a text is a way to make groups. */
export function isGroupBy(text: string): text is GroupBy {
  return Object.hasOwn(GROUPINGS, text);
}
