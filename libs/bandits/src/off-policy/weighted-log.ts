import {
  checkProbabilities,
  type LoggedDecisions,
  positionCountOf,
  type TargetProbabilities,
} from './logged-decisions';
import { fitRewardModel, type RewardModel } from './reward-model';

/** Rows are predicted by a model that did not see them: as many models as folds. */
const FOLDS = 3;

/** What all estimators are made of, [rows] each. */
export interface WeightedLog {
  readonly rewards: Float64Array;
  /** Target probability of the action over its propensity. */
  readonly weights: Float64Array;
  /** The expected reward of the action, by a model that did not see the row. */
  readonly predictions: Float64Array;
  /** The expected reward of the target policy in that row, by the same model. */
  readonly directs: Float64Array;
  /** The target's probability on actions that the log never shows in that position, on average over the rows. */
  readonly unsupportedMass: number;
}

/** Weighs a log for a target policy. Throws `invalid.target` for probabilities that are none. */
export function weighLog(log: LoggedDecisions, target: TargetProbabilities): WeightedLog {
  const rows = log.actions.length;
  const models = Array.from({ length: FOLDS }, (_, fold) => fitRewardModel(log, (row) => foldOf(row) !== fold));
  const seen = seenCells(log);
  const checked = new WeakSet<Float64Array>();
  const weights = new Float64Array(rows);
  const predictions = new Float64Array(rows);
  const directs = new Float64Array(rows);
  let unsupported = 0;
  for (let row = 0; row < rows; row++) {
    const probabilities = target(row);
    if (!checked.has(probabilities)) checkProbabilities(probabilities, log.actionCount, `of row ${row}`);
    checked.add(probabilities);
    const model = models[foldOf(row)]!;
    const action = log.actions[row]!;
    weights[row] = probabilities[action]! / log.propensities[row]!;
    predictions[row] = model.predict(row, action);
    directs[row] = directOf(model, row, probabilities);
    unsupported += unseenMass(probabilities, seen, (log.positions?.[row] ?? 0) * log.actionCount);
  }
  return { rewards: log.rewards, weights, predictions, directs, unsupportedMass: unsupported / rows };
}

/** Mixed by a hash, because logs have a rhythm: the positions of one page follow each other. */
function foldOf(row: number): number {
  const mixed = Math.imul(row ^ (row >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % FOLDS;
}

/** [positions, actions]: 1 where the log has such a row. */
function seenCells(log: LoggedDecisions): Uint8Array {
  const seen = new Uint8Array(positionCountOf(log) * log.actionCount);
  for (const [row, action] of log.actions.entries()) seen[(log.positions?.[row] ?? 0) * log.actionCount + action] = 1;
  return seen;
}

function directOf(model: RewardModel, row: number, probabilities: Float64Array): number {
  let sum = 0;
  for (let action = 0; action < probabilities.length; action++) {
    const probability = probabilities[action]!;
    if (probability > 0) sum += probability * model.predict(row, action);
  }
  return sum;
}

function unseenMass(probabilities: Float64Array, seen: Uint8Array, offset: number): number {
  let sum = 0;
  for (let action = 0; action < probabilities.length; action++) {
    if (seen[offset + action] === 0) sum += probabilities[action]!;
  }
  return sum;
}
