import type { Csr, IalsObjective } from '@attune/kernels';
import type { AlsSettings } from './als-settings';

/** One side of the matrix: how many observations each of its rows has, and how many rows the other side has. */
interface Side {
  readonly counts: Int32Array;
  readonly otherCount: number;
}

// The weight of all unobserved pairs together, as a multiple of what was observed. The settings that Rendle et al. 2021 found best lie
// between 2.7 (Pinterest) and 28 (MovieLens 20M); 6.754 is that of MovieLens 1M, so that `auto` is the published 0.3 there.
const UNOBSERVED_TO_OBSERVED = 6.754;

// lambda = 0.05874 / (observations per row) ^ 0.4: fitted to the best lambda of four data sets (docs/models/als.md) with 8 to 204
// observations per row, for which it goes from 0.026 to the published 0.007.
const [LAMBDA_SCALE, LAMBDA_EXPONENT] = [0.05874, 0.4];

/**
 * The objective in the kernels' terms, with what `auto` stands for. With another exponent nu than 1, lambda is scaled so that the sum
 * of all rows' regularizations stays what it is with 1 (Rendle et al. 2021); then lambda means the same for every nu.
 */
export function objectiveOf({ rank, nu, ...settings }: AlsSettings, users: Csr, items: Csr): IalsObjective {
  const sides: readonly Side[] = [
    { counts: rowLengths(users), otherCount: items.rowCount },
    { counts: rowLengths(items), otherCount: users.rowCount },
  ];
  const [userCount, itemCount] = sides.map(({ counts }) => counts.filter((count) => count > 0).length);
  // what speaks against pairs is no choice: how dense the data are is a matter of choices
  const chosen = users.values.filter((weight) => weight > 0);
  const observed = chosen.reduce((total, weight) => total + weight, 0);
  const alpha0 =
    settings.unobservedWeight === 'auto'
      ? Math.min(1, (UNOBSERVED_TO_OBSERVED * observed) / (userCount! * itemCount!))
      : settings.unobservedWeight;
  const perRow = (2 * chosen.length) / (userCount! + itemCount!);
  const lambda =
    settings.regularization === 'auto' ? LAMBDA_SCALE / perRow ** LAMBDA_EXPONENT : settings.regularization;
  return { rank, nu, alpha0, regularization: lambda * scaleOf(nu, alpha0, sides) };
}

function scaleOf(nu: number, alpha0: number, sides: readonly Side[]): number {
  let plain = 0;
  let bent = 0;
  for (const { counts, otherCount } of sides) {
    for (const count of counts) {
      const size = count + alpha0 * otherCount;
      plain += size;
      bent += size ** nu;
    }
  }
  return plain / bent;
}

function rowLengths({ offsets, rowCount }: Csr): Int32Array {
  return Int32Array.from({ length: rowCount }, (_, row) => offsets[row + 1]! - offsets[row]!);
}
