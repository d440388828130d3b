import { AppError } from '@attune/errors';
import { seededUniform } from '@attune/kernels';
import { type LabelledExamples, SPLIT } from './labelled-examples';

/** Rows by what they are for; each ascending. */
export interface ExampleParts {
  readonly train: Uint32Array;
  /** Ends the training and places the calibration. */
  readonly validation: Uint32Array;
  /** Measured on, never seen before. */
  readonly test: Uint32Array;
}

const DRAWN_SHARE = 0.2;

/**
 * The parts of the examples. Where none is for validation, a fifth of the training rows is; where none is for test, half of the
 * validation rows are: what is measured has then not been calibrated on. Rows of weight 0 are in no part.
 */
export function partsOf({ rowCount, split, weight }: LabelledExamples, seed: number): ExampleParts {
  const uniform = seededUniform(seed);
  const rowsOf = (part: number) =>
    Uint32Array.from({ length: rowCount }, (_, row) => row).filter(
      (row) => split[row] === part && (weight?.[row] ?? 1) > 0,
    );
  let [train, validation, test] = [rowsOf(SPLIT.train), rowsOf(SPLIT.validation), rowsOf(SPLIT.test)];
  if (validation.length === 0) [train, validation] = divide(train, 1 - DRAWN_SHARE, uniform);
  if (test.length === 0) [validation, test] = divide(validation, 0.5, uniform);
  for (const [name, rows] of Object.entries({ train, validation, test })) {
    if (rows.length > 0) continue;
    throw new AppError('failed_precondition.dataset_empty', `there are no examples for ${name}; record more first`);
  }
  return { train, validation, test };
}

function divide(rows: Uint32Array<ArrayBuffer>, share: number, uniform: () => number) {
  const isFirst = Uint8Array.from(rows, () => (uniform() < share ? 1 : 0));
  return [rows.filter((_, at) => isFirst[at] === 1), rows.filter((_, at) => isFirst[at] === 0)] as const;
}
