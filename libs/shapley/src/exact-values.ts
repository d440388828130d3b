import { type Sending, type SetFunction, worthOf } from './set-function';
import type { ShapleyValues } from './solution';

/**
 * Shapley values by all coalitions (Shapley 1953): phi_i is the sum over coalitions S without i of
 * |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)). It asks for 2^n coalitions.
 */
export async function exactValues(game: SetFunction, sending: Sending): Promise<ShapleyValues> {
  const { playerCount } = game;
  const worths = await worthOf(game, allCoalitions(playerCount), sending);
  const weights = weightsBySize(playerCount);
  const values = new Float64Array(playerCount);
  for (let coalition = 0; coalition < worths.length; coalition++) {
    const weight = weights[sizeOf(coalition)]!;
    for (let player = 0; player < playerCount; player++) {
      const joined = coalition | (1 << player);
      if (joined !== coalition) values[player] = values[player]! + weight * (worths[joined]! - worths[coalition]!);
    }
  }
  return {
    method: 'exact',
    base: worths[0]!,
    total: worths[worths.length - 1]!,
    values,
    standardErrors: new Float64Array(playerCount),
    evaluations: worths.length,
  };
}

/** [2^n x n]: the coalition of number c has the players whose bits are set in c. */
function allCoalitions(playerCount: number): Uint8Array {
  const members = new Uint8Array(2 ** playerCount * playerCount);
  for (let at = 0; at < members.length; at++) {
    members[at] = (Math.floor(at / playerCount) >> (at % playerCount)) & 1;
  }
  return members;
}

/** [n]: |S|! (n - |S| - 1)! / n! for each size of a coalition that somebody may still join. */
function weightsBySize(playerCount: number): Float64Array {
  const weights = new Float64Array(playerCount);
  weights[0] = 1 / playerCount;
  for (let size = 1; size < playerCount; size++) weights[size] = (weights[size - 1]! * size) / (playerCount - size);
  return weights;
}

function sizeOf(coalition: number): number {
  let size = 0;
  for (let rest = coalition; rest !== 0; rest &= rest - 1) size++;
  return size;
}
