import type { Part } from './part';

/** More followees than this are kept as the smallest hashes: a fixed sample, far beyond what people follow. */
const CAPACITY = 2_000;

/** A user's place in the social graph; changed in place. */
export interface Follows {
  followerCount: number;
  followingCount: number;
  /** The hashes of those whom the user follows, in ascending order. */
  readonly followees: number[];
}

/**
 * How many follow a user, and whom the user follows: social proof asks how many of these engaged with an item. Follows that begin
 * and end come in their order per pair, so that the result is the same however pairs are mixed. Of somebody who follows more than
 * 2,000 the 2,000 smallest hashes are kept; what falls out does not come back when others are unfollowed.
 */
export const follows: Part<Follows> = {
  name: 'follows',
  version: 1,
  hears: ({ kind }) => kind === 'follow',
  initial: () => ({ followerCount: 0, followingCount: 0, followees: [] }),
  on: (event, content) => {
    if (event.kind !== 'follow') return false;
    if (event.side === 'followee') {
      content.followerCount += event.delta;
    } else {
      content.followingCount += event.delta;
      if (event.delta > 0) add(content.followees, event.otherKey);
      else remove(content.followees, event.otherKey);
    }
    return true;
  },
  write: ({ followerCount, followingCount, followees }, out) => {
    out.number(followerCount);
    out.number(followingCount);
    out.count(followees.length);
    let before = 0;
    for (const key of followees) {
      out.count(key - before);
      before = key;
    }
  },
  read: (from) => {
    const [followerCount, followingCount] = [from.number(), from.number()];
    let key = 0;
    const followees = Array.from({ length: from.count() }, () => (key += from.count()));
    return { followerCount, followingCount, followees };
  },
};

/** Whether somebody is among those who are followed. */
export function isFollowed({ followees }: Follows, key: number): boolean {
  return followees[placeOf(followees, key)] === key;
}

function add(keys: number[], key: number): void {
  const at = placeOf(keys, key);
  if (keys[at] === key || at === CAPACITY) return;
  keys.splice(at, 0, key);
  if (keys.length > CAPACITY) keys.pop();
}

function remove(keys: number[], key: number): void {
  const at = placeOf(keys, key);
  if (keys[at] === key) keys.splice(at, 1);
}

function placeOf(keys: readonly number[], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
