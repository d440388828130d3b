import type { InteractionTable } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';

/** One interaction of a test, by ids. */
export interface AnInteraction {
  readonly user?: string;
  readonly item?: string;
  readonly type?: string;
  readonly value?: number;
  readonly day?: number;
}

const DAY_MS = 86_400_000;

/** A table of the given interactions; by default likes by user `u` of item `i` on day 0. */
export function aTable(...interactions: readonly AnInteraction[]): InteractionTable {
  const rows = interactions.map((row) => ({ user: 'u', item: 'i', type: 'like', value: Number.NaN, day: 0, ...row }));
  const users = [...new Set(rows.map(({ user }) => user))];
  const items = [...new Set(rows.map(({ item }) => item))];
  const types = [...new Set(rows.map(({ type }) => type))];
  return {
    users,
    items,
    types,
    userIndex: Int32Array.from(rows, ({ user }) => users.indexOf(user)),
    itemIndex: Int32Array.from(rows, ({ item }) => items.indexOf(item)),
    type: Uint8Array.from(rows, ({ type }) => types.indexOf(type)),
    value: Float32Array.from(rows, ({ value }) => value),
    timeMs: Float64Array.from(rows, ({ day }) => day * DAY_MS),
  };
}

/** Likes of people with tastes: everyone mostly likes items of their own group, some of which are more popular. */
export function aCommunity({
  userCount = 300,
  itemCount = 120,
  groups = 4,
  likes = 20,
  seed = 1,
} = {}): InteractionTable {
  const uniform = seededUniform(seed);
  const interactions: { user: number; item: number; day: number }[] = [];
  for (let user = 0; user < userCount; user++) {
    for (let n = 0; n < likes; n++) {
      const group = uniform() < 0.9 ? user % groups : Math.floor(uniform() * groups);
      const item = group + groups * Math.floor((itemCount / groups) * uniform() ** 1.5);
      interactions.push({ user, item, day: uniform() * 60 });
    }
  }
  return {
    users: Array.from({ length: userCount }, (_, user) => `u${user}`),
    items: Array.from({ length: itemCount }, (_, item) => `i${item}`),
    types: ['like'],
    userIndex: Int32Array.from(interactions, ({ user }) => user),
    itemIndex: Int32Array.from(interactions, ({ item }) => item),
    type: new Uint8Array(interactions.length),
    value: new Float32Array(interactions.length).fill(Number.NaN),
    timeMs: Float64Array.from(interactions, ({ day }) => day * DAY_MS),
  };
}

/** Strengths for tests: a like 1, a view .2, a hide -2, a rating by its stars. */
export function testStrength(type: string, value?: number): number {
  if (type === 'rating') return value === undefined ? 1 : (value - 3) / 2;
  return { like: 1, view: 0.2, hide: -2, dislike: -1 }[type] ?? 0;
}
