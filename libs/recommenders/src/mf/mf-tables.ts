import type { RatingData } from './rating-data';
import type { Posterior } from './refinement';

/** A trained factorization as two tables: a rating is the dot product of two rows, biases and mean included. */
export interface MfTables {
  /** [userCount x width] */
  readonly userTable: Float32Array;
  /** [itemCount x width] */
  readonly itemTable: Float32Array;
  readonly width: number;
  /** Between these predictions stay. */
  readonly range: readonly [number, number];
}

/** The means of a posterior, in units of ratings: users carry the deviation, items the mean. */
export function mfTables({ dimensions }: Posterior, data: RatingData): MfTables {
  const width = dimensions.length;
  const userTable = new Float32Array(data.users.rowCount * width);
  const itemTable = new Float32Array(data.items.rowCount * width);
  for (const [k, { users, items }] of dimensions.entries()) {
    for (let user = 0; user < data.users.rowCount; user++) {
      userTable[user * width + k] = users.isFixed ? 1 : data.deviation * users.total[user]!;
    }
    for (let item = 0; item < data.items.rowCount; item++) {
      itemTable[item * width + k] = users.isFixed
        ? data.mean + data.deviation * items.total[item]!
        : items.total[item]!;
    }
  }
  return { userTable, itemTable, width, range: data.range };
}
