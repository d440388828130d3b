import { seededUniform } from '@attune/kernels';
import { filterPreferences, type Preferences } from './preferences';

/** One question of an evaluation: where does this user's hidden item rank? */
export interface HeldOut {
  readonly user: number;
  readonly item: number;
}

/** Preferences without the hidden ones, and the hidden ones. */
export interface LeaveLastOut {
  readonly training: Preferences;
  readonly heldOut: readonly HeldOut[];
}

/**
 * Hides the newest preference of users who have at least two. At most `maxUsers` of them are asked, drawn by the seed, so that
 * an evaluation's time does not grow with the number of users.
 */
export function leaveLastOut(
  preferences: Preferences,
  { maxUsers, seed }: { readonly maxUsers: number; readonly seed: number },
): LeaveLastOut {
  const { userIndex, itemIndex } = preferences;
  const candidates = lastEntries(preferences);
  const chosen = sample(candidates, maxUsers, seed);
  const hidden = new Set(chosen);
  return {
    training: filterPreferences(preferences, (entry) => !hidden.has(entry)),
    heldOut: chosen.map((entry) => ({ user: userIndex[entry]!, item: itemIndex[entry]! })),
  };
}

/** The newest entry of every user with two or more; equally new ones, common in imported data, are drawn by a hash. */
function lastEntries({ userIndex, itemIndex, timeMs }: Preferences): number[] {
  const last: number[] = [];
  for (let first = 0; first < userIndex.length; ) {
    let newest = first;
    let end = first;
    for (; end < userIndex.length && userIndex[end] === userIndex[first]; end++) {
      const isTied = timeMs[end] === timeMs[newest];
      if (isTied ? lot(itemIndex[end]!) > lot(itemIndex[newest]!) : timeMs[end]! > timeMs[newest]!) newest = end;
    }
    if (end - first > 1) last.push(newest);
    first = end;
  }
  return last;
}

/** A number that has nothing to do with how popular or how old an item is. */
function lot(item: number): number {
  const mixed = Math.imul(item + 1, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
}

function sample(entries: number[], count: number, seed: number): number[] {
  const uniform = seededUniform(seed);
  const pool = [...entries];
  const taken = Math.min(count, pool.length);
  for (let i = 0; i < taken; i++) {
    const j = i + Math.floor(uniform() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, taken).sort((a, b) => a - b);
}
