import { randomOrder, seededUniform } from '@attune/kernels';
import { type Sending, type SetFunction, worthOf } from './set-function';
import type { ShapleyValues } from './solution';

/** How many permutations are drawn, and from which seed. */
export interface Sampling {
  readonly pairs: number;
  readonly seed: number;
}

/**
 * Shapley values by permutations in antithetic pairs: players join one after the other in a random order, then in the reverse of it,
 * and each is paid what it adds (Strumbelj and Kononenko, "Explaining prediction models and individual predictions with feature
 * contributions", 2014; pairs: Mitchell, Cooper, Frank and Holmes, "Sampling permutations for Shapley value estimation", 2022).
 * What is paid along an order adds up to v(all) - v(none), so the means do, too. The standard error of a value is the deviation of
 * the means of its pairs over the square root of their number: pairs are independent, the two of a pair are not.
 */
export async function sampledValues(
  game: SetFunction,
  { pairs, seed }: Sampling,
  sending: Sending,
): Promise<ShapleyValues> {
  const { playerCount } = game;
  const orders = antitheticOrders(playerCount, pairs, seed);
  const worths = await worthOf(game, coalitionsAlong(orders, playerCount), sending);
  const [base, total] = [worths[0]!, worths[1]!];
  const values = new Float64Array(playerCount);
  const squares = new Float64Array(playerCount);
  const paid = new Float64Array(playerCount);
  for (let pair = 0; pair < pairs; pair++) {
    paid.fill(0);
    for (const turn of [2 * pair, 2 * pair + 1]) {
      let before = base;
      for (let step = 0; step < playerCount; step++) {
        const isLast = step === playerCount - 1;
        const after = isLast ? total : worths[2 + turn * (playerCount - 1) + step]!;
        const player = orders[turn * playerCount + step]!;
        paid[player] = paid[player]! + (after - before) / 2;
        before = after;
      }
    }
    // Welford's update of mean and squared deviations
    for (let player = 0; player < playerCount; player++) {
      const off = paid[player]! - values[player]!;
      values[player] = values[player]! + off / (pair + 1);
      squares[player] = squares[player]! + off * (paid[player]! - values[player]!);
    }
  }
  const standardErrors = squares.map((sum) => Math.sqrt(sum / (pairs - 1) / pairs));
  return { method: 'sampled', base, total, values, standardErrors, evaluations: worths.length };
}

/** [2 pairs x players]: a random order, its reverse, the next order, its reverse, ... */
function antitheticOrders(playerCount: number, pairs: number, seed: number): Int32Array {
  const uniform = seededUniform(seed);
  const orders = new Int32Array(2 * pairs * playerCount);
  for (let pair = 0; pair < pairs; pair++) {
    const order = randomOrder(playerCount, uniform);
    orders.set(order, 2 * pair * playerCount);
    orders.set(order.reverse(), (2 * pair + 1) * playerCount);
  }
  return orders;
}

/** Nobody, everybody, then for each order its first player, its first two, ..., all but its last: [2 + orders x (n - 1) x n]. */
function coalitionsAlong(orders: Int32Array, playerCount: number): Uint8Array {
  const orderCount = orders.length / playerCount;
  const members = new Uint8Array((2 + orderCount * (playerCount - 1)) * playerCount);
  members.fill(1, playerCount, 2 * playerCount);
  let to = 2 * playerCount;
  for (let turn = 0; turn < orderCount; turn++) {
    for (let step = 0; step < playerCount - 1; step++) {
      if (step > 0) members.copyWithin(to, to - playerCount, to);
      members[to + orders[turn * playerCount + step]!] = 1;
      to += playerCount;
    }
  }
  return members;
}
