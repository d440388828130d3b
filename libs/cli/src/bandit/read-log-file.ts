import type { LoggedDecisions } from '@attune/bandits';
import { numberOf, readTable } from './read-table';

/** A log of choices as a file holds it. */
export interface LogFile {
  readonly columns: Omit<LoggedDecisions, 'actionCount'>;
  /** Their numbers by their ids, in the order in which they were seen; the target's file adds to it. */
  readonly items: Map<string, number>;
  /** Their names, in the order of their numbers; one without a name where there is no such column. */
  readonly positions: readonly string[];
}

/**
 * Reads a log with the columns of the Open Bandit Dataset (Saito et al. 2021) row by row: item_id, propensity_score, the reward's and, if
 * there is one, position. Others are left alone. Throws `invalid.file` with the lines of the first bad rows.
 */
export async function readLogFile(
  { path, rewardColumn }: { readonly path: string; readonly rewardColumn: string },
  signal: AbortSignal,
): Promise<LogFile> {
  const items = new Map<string, number>();
  const positions = new Map<string, number>();
  const [actions, places, propensities, rewards]: [number[], number[], number[], number[]] = [[], [], [], []];
  const columns = { required: ['item_id', rewardColumn, 'propensity_score'], optional: ['position'] };
  await readTable({ path, signal, ...columns }, ([item, reward, propensity, position]) => {
    if (item === '') return 'has no item_id';
    if (position === '') return 'has no position';
    const [rewardValue, propensityValue] = [numberOf(reward), numberOf(propensity)];
    if (rewardValue === undefined) return `has the ${rewardColumn} "${reward}", which is no finite number`;
    if (propensityValue === undefined || propensityValue <= 0 || propensityValue > 1) {
      return `has the propensity_score "${propensity}", which must be above 0 and at most 1`;
    }
    actions.push(numberedIn(items, item!));
    places.push(numberedIn(positions, position ?? ''));
    propensities.push(propensityValue);
    rewards.push(rewardValue);
    return undefined;
  });
  return {
    columns: {
      actions: Int32Array.from(actions),
      positions: Int32Array.from(places),
      propensities: Float64Array.from(propensities),
      rewards: Float64Array.from(rewards),
    },
    items,
    positions: [...positions.keys()],
  };
}

/** The number of a name, a new one where it has none yet. */
export function numberedIn(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}
