import { seededRandom } from '@attune/testkit';
import type { LoggedDecisions } from '../src/index';

/** A log of clicks: each action has a rate and is chosen with its own probability; the position changes from row to row. */
export function aLog({
  rates,
  probabilities,
  rows,
  seed,
  positions = 1,
}: {
  readonly rates: readonly number[];
  readonly probabilities: readonly number[];
  readonly rows: number;
  readonly seed: number;
  readonly positions?: number;
}): LoggedDecisions {
  const random = seededRandom(seed);
  const actions = Int32Array.from({ length: rows }, () => {
    const uniform = random();
    let sum = 0;
    const found = probabilities.findIndex((probability) => uniform < (sum += probability));
    return found < 0 ? probabilities.length - 1 : found;
  });
  return {
    actionCount: rates.length,
    actions,
    propensities: Float64Array.from(actions, (action) => probabilities[action]!),
    rewards: Float64Array.from(actions, (action) => (random() < rates[action]! ? 1 : 0)),
    positions: Int32Array.from(actions, (_, row) => row % positions),
  };
}
