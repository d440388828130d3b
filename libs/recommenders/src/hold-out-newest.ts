import { filterInteractions, type Interactions, userOffsets } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';

/** Interactions in two parts. */
export interface HeldOut {
  readonly rest: Interactions;
  /** Of each user the newest, and only what speaks for its item. */
  readonly held: Interactions;
}

/**
 * Holds out a share of each user's newest interactions, at least one where a user has two; equally new ones, and all where times
 * are unknown, by lot.
 */
export function holdOutNewest(interactions: Interactions, share: number, seed: number): HeldOut {
  const { userCount, userIndex, timeMs, value } = interactions;
  const uniform = seededUniform(seed);
  const lots = Float64Array.from(userIndex, () => uniform());
  const age = (entry: number) => (Number.isNaN(timeMs[entry]!) ? 0 : -timeMs[entry]!);
  const offsets = userOffsets(interactions);
  const isHeld = new Uint8Array(userIndex.length);
  for (let user = 0; user < userCount; user++) {
    const size = offsets[user + 1]! - offsets[user]!;
    if (size < 2) continue;
    const own = Array.from({ length: size }, (_, index) => offsets[user]! + index);
    own.sort((a, b) => age(a) - age(b) || lots[a]! - lots[b]!);
    for (const entry of own.slice(0, Math.max(1, Math.floor(share * size)))) isHeld[entry] = 1;
  }
  return {
    rest: filterInteractions(interactions, (entry) => isHeld[entry] === 0),
    held: filterInteractions(interactions, (entry) => isHeld[entry] === 1 && value[entry]! > 0),
  };
}
