import { seededUniform } from '@attune/kernels';
import type { Coalitions, SetFunction } from '../src/set-function';

/** A set function of numbers; it notes the sizes of its batches. */
export function aGame(
  playerCount: number,
  worth: (members: Uint8Array) => number,
): SetFunction & { readonly batches: number[] } {
  const batches: number[] = [];
  return {
    playerCount,
    batches,
    evaluate: async ({ count, members }: Coalitions) => {
      batches.push(count);
      return Float64Array.from({ length: count }, (_, at) =>
        worth(members.subarray(at * playerCount, (at + 1) * playerCount)),
      );
    },
  };
}

/**
 * Everybody adds something of their own and neighbours more together; a sigmoid bends the sum, as in a classifier.
 */
export function aClassifier(playerCount: number): SetFunction & { readonly batches: number[] } {
  const uniform = seededUniform(7);
  const own = Array.from({ length: playerCount }, () => 2 * uniform() - 1);
  const together = Array.from({ length: playerCount }, () => 3 * uniform() - 1);
  return aGame(playerCount, (members) => {
    let logit = -1;
    for (let player = 0; player < playerCount; player++) {
      if (members[player] === 0) continue;
      logit += own[player]! + (members[(player + 1) % playerCount] === 1 ? together[player]! : 0);
    }
    return 1 / (1 + Math.exp(-logit));
  });
}
