import { filterInteractions, type Interactions, type InteractionTable, keepRows } from '@attune/interactions';
import { drawSome, seededUniform } from '@attune/kernels';
import type { HoldOut } from './hold-out';

/**
 * Asks what users did after a moment: the training is what stood at the moment, the test what is new since, over the same indices.
 * Undefined where nothing is.
 */
export function questionsSince(
  table: InteractionTable,
  askedFromMs: number,
  resolve: (table: InteractionTable) => Interactions,
): HoldOut | undefined {
  const before = keepRows(table, (row) => table.timeMs[row]! <= askedFromMs);
  if (before.timeMs.length === 0 || before.timeMs.length === table.timeMs.length) return undefined;
  const training = resolve(before);
  const test = newPairs(resolve(table), training, askedFromMs);
  return test.userIndex.length === 0 || training.userIndex.length === 0 ? undefined : { training, test };
}

// A pair that stood before is no question: the versions have learned it.
function newPairs(all: Interactions, training: Interactions, askedFromMs: number): Interactions {
  const known = new Set(Array.from(training.userIndex, (_, entry) => pairOf(training, entry)));
  return filterInteractions(all, (entry) => all.timeMs[entry]! > askedFromMs && !known.has(pairOf(all, entry)));
}

function pairOf({ itemCount, userIndex, itemIndex }: Interactions, entry: number): number {
  return userIndex[entry]! * itemCount + itemIndex[entry]!;
}

/** At most so many users keep their questions, drawn by lot, so that an evaluation's time does not grow with the number of users. */
export function atMost(
  { training, test }: HoldOut,
  { maxUsers, seed }: { readonly maxUsers: number; readonly seed: number },
): HoldOut {
  const users = Int32Array.from(new Set(test.userIndex));
  if (users.length <= maxUsers) return { training, test };
  const kept = new Set(drawSome(users, maxUsers, seededUniform(seed)));
  return { training, test: filterInteractions(test, (entry) => kept.has(test.userIndex[entry]!)) };
}
