import { invertSymmetric } from '../ridge-inverse';
import { type LoggedDecisions, positionCountOf } from './logged-decisions';

/** How many rows the belief in what is common to all actions is worth. */
const SHRINKAGE_ROWS = 20;

/** Expected rewards, reward units. */
export interface RewardModel {
  /** Of an action in the place and context of a row. */
  predict(row: number, action: number): number;
}

/**
 * A regularised model of rewards: a ridge regression on the context for each action, shrunk to the one of all actions, and on top of it
 * what the position adds for the action, shrunk to nothing. Without contexts these are means, shrunk in two steps. Only rows for which
 * `isTraining` holds are learned from. Predictions stay within the rewards seen.
 */
export function fitRewardModel(log: LoggedDecisions, isTraining: (row: number) => boolean): RewardModel {
  const regressions = fitRegressions(log, isTraining);
  const { d, x, thetas } = regressions;
  const positions = positionCountOf(log);
  const [sums, counts] = [new Float64Array(positions * log.actionCount), new Float64Array(positions * log.actionCount)];
  const base = (row: number, action: number) => {
    const features = x(row);
    let sum = 0;
    for (let at = 0; at < d; at++) sum += thetas[action * d + at]! * features[at]!;
    return sum;
  };
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const cellOf = (row: number, action: number) => (log.positions?.[row] ?? 0) * log.actionCount + action;
  for (const [row, reward] of log.rewards.entries()) {
    if (!isTraining(row)) continue;
    const action = log.actions[row]!;
    sums[cellOf(row, action)]! += reward - base(row, action);
    counts[cellOf(row, action)]!++;
    [least, most] = [Math.min(least, reward), Math.max(most, reward)];
  }
  const extras = sums.map((sum, cell) => (positions > 1 ? sum / (counts[cell]! + SHRINKAGE_ROWS) : 0));
  return {
    predict: (row, action) => Math.min(most, Math.max(least, base(row, action) + extras[cellOf(row, action)]!)),
  };
}

interface Regressions {
  /** The bias term and the context. */
  readonly d: number;
  /** [d]: of a row; the same array every time. */
  readonly x: (row: number) => Float64Array;
  /** [actions, d]. */
  readonly thetas: Float64Array;
}

function fitRegressions(log: LoggedDecisions, isTraining: (row: number) => boolean): Regressions {
  const rows = log.actions.length;
  const contextLength = (log.contexts?.length ?? 0) / rows;
  const d = contextLength + 1;
  const features = new Float64Array(d).fill(1);
  const x = (row: number) => {
    for (let at = 0; at < contextLength; at++) features[at + 1] = log.contexts![row * contextLength + at]!;
    return features;
  };
  const grams = new Float64Array(log.actionCount * d * d);
  const moments = new Float64Array(log.actionCount * d);
  for (let row = 0; row < rows; row++) {
    if (isTraining(row)) addRow(x(row), log.rewards[row]!, { grams, moments, action: log.actions[row]! });
  }
  const common = solveRidge(sumOfBlocks(grams, d * d), sumOfBlocks(moments, d), new Float64Array(d), 1e-3);
  const thetas = new Float64Array(log.actionCount * d);
  for (let action = 0; action < log.actionCount; action++) {
    const gram = grams.subarray(action * d * d, (action + 1) * d * d);
    const moment = moments.subarray(action * d, (action + 1) * d);
    thetas.set(solveRidge(gram, moment, common, SHRINKAGE_ROWS), action * d);
  }
  return { d, x, thetas };
}

function addRow(
  x: Float64Array,
  reward: number,
  { grams, moments, action }: { grams: Float64Array; moments: Float64Array; action: number },
): void {
  const d = x.length;
  for (let row = 0; row < d; row++) {
    moments[action * d + row]! += reward * x[row]!;
    for (let column = 0; column < d; column++) grams[(action * d + row) * d + column]! += x[row]! * x[column]!;
  }
}

function sumOfBlocks(blocks: Float64Array, size: number): Float64Array {
  const sum = new Float64Array(size);
  for (const [at, value] of blocks.entries()) sum[at % size]! += value;
  return sum;
}

/** theta0 + (G + ridge I)^-1 (b - G theta0): the ridge regression that is shrunk to theta0. */
function solveRidge(gram: Float64Array, moment: Float64Array, theta0: Float64Array, ridge: number): Float64Array {
  const d = moment.length;
  const matrix = gram.slice();
  const inverse = new Float64Array(d * d);
  for (let at = 0; at < d; at++) matrix[at * d + at]! += ridge;
  invertSymmetric(matrix, inverse);
  const rest = moment.map((value, row) => {
    for (let column = 0; column < d; column++) value -= gram[row * d + column]! * theta0[column]!;
    return value;
  });
  return theta0.map((value, row) => {
    for (let column = 0; column < d; column++) value += inverse[row * d + column]! * rest[column]!;
    return value;
  });
}
