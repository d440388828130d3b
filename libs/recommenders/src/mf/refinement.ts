import { type Column, type Dimension, onesColumn, openColumn } from './column';
import { type FactorPair, principalAxes } from './principal-axes';
import type { RatingData } from './rating-data';
import { sumUp, updateColumn, updateScratch } from './update-column';

/** Where a refinement begins: what a descent found, in units of standardized ratings. */
export interface RefinementStart extends FactorPair {
  readonly userBiases: Float32Array;
  readonly itemBiases: Float32Array;
  readonly rank: number;
}

/** A posterior over the numbers of a factorization, refined in place. */
export interface Posterior {
  /** The users' biases, the items' biases, then the factors that are left. */
  dimensions: Dimension[];
  noisePrecision: number;
}

/** The posterior around a start: along its principal axes, with an implicit part where it is asked for. */
export function openPosterior(start: RefinementStart, data: RatingData, implicit: boolean): Posterior {
  const users = data.users.rowCount;
  const items = data.items.rowCount;
  const turned = principalAxes(start, start.rank);
  const column = (own: Float32Array, rowCount: number, partners: number): Column =>
    openColumn({ own, rowCount, implicitCount: implicit ? partners : 0 });
  const factors = Array.from({ length: start.rank }, (_, k) => ({
    users: column(columnOf(turned.userFactors, k, start.rank), users, items),
    items: column(columnOf(turned.itemFactors, k, start.rank), items, users),
  }));
  const biases = [
    { users: column(start.userBiases.slice(), users, items), items: onesColumn(items) },
    { users: onesColumn(users), items: column(start.itemBiases.slice(), items, users) },
  ];
  return { dimensions: [...biases, ...factors], noisePrecision: 1 };
}

function columnOf(table: Float32Array, k: number, rank: number): Float32Array {
  return Float32Array.from({ length: table.length / rank }, (_, row) => table[row * rank + k]!);
}

/** [n], by user: rating minus prediction at the means. */
export function residualsOf({ dimensions }: Posterior, { users, items, standardized }: RatingData): Float64Array {
  for (const dimension of dimensions) {
    if (!dimension.users.isFixed) sumUp(dimension.users, users);
    if (!dimension.items.isFixed) sumUp(dimension.items, items);
  }
  const residuals = Float64Array.from(standardized);
  for (const dimension of dimensions) addProducts(residuals, dimension, users, -1);
  return residuals;
}

function addProducts(
  target: Float64Array,
  dimension: Dimension,
  { rowCount, offsets, others }: RatingData['users'],
  sign: 1 | -1,
): void {
  const { total: items } = dimension.items;
  for (let row = 0; row < rowCount; row++) {
    const x = sign * dimension.users.total[row]!;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) target[at]! += x * items[others[at]!]!;
  }
}

/**
 * Sweeps of mean-field variational Bayes (Lim and Teh 2007 for matrix factorization; Raiko, Ilin and Karhunen 2007 with one Gaussian
 * per number): every sweep updates each dimension's users and items, then the noise. Dimensions that explain too little go.
 * `breathe` runs after each dimension: it lets others run and stops the training when it is cancelled.
 */
export async function* refine(
  posterior: Posterior,
  data: RatingData,
  options: { readonly pruning: number; readonly breathe: () => Promise<void> },
): AsyncGenerator<{ readonly squaredError: number }> {
  const { users, items } = data;
  const residuals = residualsOf(posterior, data);
  const count = residuals.length;
  const scratches = { users: updateScratch(users.rowCount), items: updateScratch(items.rowCount) };
  // parameters per rating: the part of the noise that a dimension without meaning explains by chance
  const byChance = (users.rowCount + items.rowCount) / count;
  for (;;) {
    let uncertainty = 0;
    const left: Dimension[] = [];
    for (const [k, dimension] of posterior.dimensions.entries()) {
      const { noisePrecision } = posterior;
      if (k >= 2 && strengthOf(dimension, data) * noisePrecision < options.pruning * byChance) {
        addProducts(residuals, dimension, users, 1);
        continue;
      }
      left.push(dimension);
      const common = { residuals, noisePrecision };
      const onUsers = { column: dimension.users, other: dimension.items, side: users, otherSide: items };
      const onItems = { column: dimension.items, other: dimension.users, side: items, otherSide: users };
      const last = [
        dimension.users.isFixed ? 0 : updateColumn({ ...common, ...onUsers, scratch: scratches.users }),
        dimension.items.isFixed ? 0 : updateColumn({ ...common, ...onItems, scratch: scratches.items }),
      ];
      uncertainty += dimension.items.isFixed ? last[0]! : last[1]!;
      await options.breathe();
    }
    posterior.dimensions = left;
    const squaredError = residuals.reduce((sum, x) => sum + x * x, 0);
    posterior.noisePrecision = count / (squaredError + uncertainty);
    yield { squaredError: squaredError / count };
  }
}

/** The mean square of what a dimension adds to a prediction, over the ratings. */
function strengthOf({ users, items }: Dimension, data: RatingData): number {
  const { rowCount, offsets, others } = data.users;
  const squares = items.total.map((x, row) => x * x + items.totalVariance[row]!);
  let sum = 0;
  for (let row = 0; row < rowCount; row++) {
    let partners = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) partners += squares[others[at]!]!;
    sum += partners * (users.total[row]! ** 2 + users.totalVariance[row]!);
  }
  return sum / others.length;
}
