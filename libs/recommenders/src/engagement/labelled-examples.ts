import { AppError } from '@attune/errors';

/** Values by example, under a name. */
export interface Column {
  readonly name: string;
  /** [rowCount]; NaN where missing. */
  readonly values: Float32Array;
}

/** Which part of the examples a row belongs to: learned from, tuned and calibrated on, or measured on. */
export const SPLIT = { train: 0, validation: 1, test: 2 } as const;

/** Examples of moments at which a user saw an item, and what came of each: as `attune dataset build` writes them, by column. */
export interface LabelledExamples {
  readonly rowCount: number;
  /**
   * What was known at the moment, of the user, the item and both; as they are, neither scaled nor filled in. A list is several columns
   * `name_0`, `name_1`, and so on.
   */
  readonly features: readonly Column[];
  /** For each kind of engagement 1 where it came, 0 where not, NaN where nobody can know. */
  readonly labels: readonly Column[];
  /** [rowCount]: values of `SPLIT`. Where no row is for validation, a fifth of those for training is drawn for it. */
  readonly split: Uint8Array;
  /** [rowCount]: how much each example counts, at least 0; 1 each where absent. */
  readonly weight?: Float32Array;
}

/** Throws `invalid.dataset` unless names are unique, columns have `rowCount` values, labels are 0, 1 or NaN and weights are sound. */
export function checkExamples({ rowCount, features, labels, split, weight }: LabelledExamples): void {
  const fail = (problem: string): never => {
    throw new AppError('invalid.dataset', `the labelled examples cannot be learned from: ${problem}`);
  };
  const names = [...features, ...labels].map(({ name }) => name);
  const double = names.find((name, at) => names.indexOf(name) !== at);
  if (double !== undefined) fail(`two columns have the name "${double}"`);
  if (features.length === 0) fail('there is no feature');
  if (labels.length === 0) fail('there is no label');
  const lengths = [...features, ...labels].map(({ name, values }) => ({ name, length: values.length }));
  lengths.push({ name: 'split', length: split.length });
  if (weight !== undefined) lengths.push({ name: 'weight', length: weight.length });
  for (const { name, length } of lengths) {
    if (length !== rowCount) fail(`column "${name}" has ${length} of ${rowCount} values`);
  }
  for (const { name, values } of labels) {
    const odd = values.find((value) => value !== 0 && value !== 1 && !Number.isNaN(value));
    if (odd !== undefined) fail(`label "${name}" has the value ${odd} instead of 0, 1 or nothing`);
  }
  if (split.some((part) => part > SPLIT.test)) fail('a row is neither for training nor for validation nor for test');
  if (weight?.some((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY)))
    fail('a weight is negative or infinite');
}

/** The columns side by side: [rowCount x columns.length], row by row. */
export function toMatrix(columns: readonly Column[], rowCount: number): Float32Array<ArrayBuffer> {
  const matrix = new Float32Array(rowCount * columns.length);
  for (const [at, { values }] of columns.entries()) {
    for (let row = 0; row < rowCount; row++) matrix[row * columns.length + at] = values[row]!;
  }
  return matrix;
}
