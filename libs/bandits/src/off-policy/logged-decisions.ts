import { AppError, type FieldViolation } from '@attune/errors';

/** A log of choices in columns; one row is one choice of one action. */
export interface LoggedDecisions {
  /** How many actions there are; they are numbered from 0. */
  readonly actionCount: number;
  /** [rows]: the action chosen. */
  readonly actions: Int32Array;
  /** [rows]: the probability with which it was chosen there; above 0, at most 1. */
  readonly propensities: Float64Array;
  /** [rows]: what it earned, reward units. */
  readonly rewards: Float64Array;
  /** [rows]: where it was shown, numbered from 0; all in one place where absent. */
  readonly positions?: Int32Array;
  /** [rows, n]: what was known, for the reward model; absent or empty without. */
  readonly contexts?: Float64Array;
}

/** [actions]: with which probabilities the policy in question would choose in this row; may be the same array for many rows. */
export type TargetProbabilities = (row: number) => Float64Array;

/** Every action with the same probability. */
export function uniformTarget(actionCount: number): TargetProbabilities {
  const probabilities = new Float64Array(actionCount).fill(1 / actionCount);
  return () => probabilities;
}

/** Probabilities by position. table: [positions, actions]; with one row of the table it holds everywhere. */
export function tableTarget(
  { actionCount, positions }: Pick<LoggedDecisions, 'actionCount' | 'positions'>,
  table: Float64Array,
): TargetProbabilities {
  const count = table.length / actionCount;
  const rows = Array.from({ length: count }, (_, at) => table.subarray(at * actionCount, (at + 1) * actionCount));
  if (count === 1 || positions === undefined) return () => rows[0]!;
  return (row) => rows[positions[row]!]!;
}

/** The number of positions: one more than the highest. */
export function positionCountOf({ positions }: Pick<LoggedDecisions, 'positions'>): number {
  return positions === undefined ? 1 : positions.reduce((most, position) => Math.max(most, position), 0) + 1;
}

const MOST_VIOLATIONS = 10;

/** Throws `invalid.log` with the rows (from 0) where the log cannot be: unknown actions, propensities outside (0, 1], rewards not finite. */
export function checkLog(log: LoggedDecisions): void {
  const { actionCount, actions, propensities, rewards, positions, contexts } = log;
  const rows = actions.length;
  if (rows === 0) throw new AppError('invalid.log', 'the log is empty: there is nothing to learn from');
  const isAligned = propensities.length === rows && rewards.length === rows && (positions?.length ?? rows) === rows;
  if (!isAligned || (contexts !== undefined && contexts.length % rows !== 0)) {
    throw new AppError('invalid.log', 'the columns of the log have different lengths');
  }
  const violations: FieldViolation[] = [];
  for (let row = 0; row < rows && violations.length < MOST_VIOLATIONS; row++) {
    const [action, propensity, reward] = [actions[row]!, propensities[row]!, rewards[row]!];
    const field = (name: string) => `log[${row}].${name}`;
    if (!(action >= 0 && action < actionCount)) {
      violations.push({
        field: field('action'),
        description: `must be one of ${actionCount} actions; it is ${action}`,
      });
    }
    if (!(propensity > 0 && propensity <= 1)) {
      violations.push({
        field: field('propensity'),
        description: `must be above 0 and at most 1; it is ${propensity}`,
      });
    }
    if (!Number.isFinite(reward)) {
      violations.push({ field: field('reward'), description: `must be a finite number; it is ${reward}` });
    }
  }
  if (contexts?.some((value) => !Number.isFinite(value))) {
    violations.push({ field: 'log.contexts', description: 'must be finite numbers' });
  }
  if (violations.length > 0) throw invalid(violations);
}

/** Throws `invalid.target` where probabilities are negative or do not add up to 1 (to 1e-6). */
export function checkProbabilities(probabilities: Float64Array, actionCount: number, place: string): void {
  const sum = probabilities.reduce((all, probability) => all + probability, 0);
  const isSound =
    probabilities.length === actionCount && probabilities.every((p) => p >= 0) && Math.abs(sum - 1) <= 1e-6;
  if (isSound) return;
  const description = `must be ${actionCount} numbers from 0 that add up to 1; they add up to ${Number(sum.toPrecision(7))}`;
  throw new AppError('invalid.target', `the target's probabilities ${place} ${description}`, {
    violations: [{ field: 'target', description }],
  });
}

function invalid(violations: readonly FieldViolation[]): AppError {
  const said = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  return new AppError('invalid.log', said, { violations });
}
