import { AppError } from '@attune/errors';

/** A new feature: the sum over i of left[i] * right[i], by positions of features; missing where any of them is. */
export interface Cross {
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** Finds what crosses name: a feature, or a list by its name without number. Throws `invalid.settings` with all that is wrong. */
export function resolveCrosses(
  names: readonly string[],
  crosses: readonly (readonly [string, string])[],
): readonly Cross[] {
  const violations: { field: string; description: string }[] = [];
  const resolved = crosses.map(([leftName, rightName], at): Cross => {
    const [left, right] = [positionsOf(names, leftName), positionsOf(names, rightName)];
    const field = `settings.crosses[${at}]`;
    for (const [name, positions] of [
      [leftName, left],
      [rightName, right],
    ] as const) {
      if (positions.length === 0) violations.push({ field, description: `there is no feature "${name}"` });
    }
    if (left.length !== right.length && left.length > 0 && right.length > 0) {
      const description = `"${leftName}" has ${left.length} values and "${rightName}" has ${right.length}`;
      violations.push({ field, description });
    }
    return { left, right };
  });
  if (violations.length > 0) {
    throw new AppError('invalid.settings', 'the settings of "engagement" name features that do not fit', {
      violations,
    });
  }
  return resolved;
}

function positionsOf(names: readonly string[], name: string): number[] {
  const single = names.indexOf(name);
  if (single >= 0) return [single];
  const positions: number[] = [];
  for (;;) {
    const position = names.indexOf(`${name}_${positions.length}`);
    if (position < 0) return positions;
    positions.push(position);
  }
}

/** The matrix [rows x featureCount] with the crosses behind its columns. */
export function appendCrosses(
  matrix: Float32Array,
  featureCount: number,
  crosses: readonly Cross[],
): Float32Array<ArrayBuffer> {
  const width = featureCount + crosses.length;
  const rows = matrix.length / featureCount;
  const wide = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = row * featureCount;
    wide.set(matrix.subarray(from, from + featureCount), row * width);
    for (const [at, { left, right }] of crosses.entries()) {
      let sum = 0;
      for (let i = 0; i < left.length; i++) sum += matrix[from + left[i]!]! * matrix[from + right[i]!]!;
      wide[row * width + featureCount + at] = sum;
    }
  }
  return wide;
}
