import { AppError } from '@attune/errors';
import { checkInteractions, type Interactions } from '@attune/interactions';
import type { MfSettings } from './mf-settings';

/** Ratings as one side of a factorization sees them: row r has the entries `offsets[r] .. offsets[r + 1]`. */
export interface RatingSide {
  readonly rowCount: number;
  readonly offsets: Int32Array;
  /** [n]: the row of the other side, by this side's order of entries. */
  readonly others: Int32Array;
  /** [n]: where the entry stands in the order of users. */
  readonly entries: Int32Array;
  /** [rowCount]: n_r^-1/2, by which sums over a row's entries are divided; 0 for a row without. */
  readonly scales: Float32Array;
}

/** Ratings of mean 0 and variance 1, by user and by item. */
export interface RatingData {
  readonly users: RatingSide;
  readonly items: RatingSide;
  /** [n], by user: (rating - mean) / deviation. */
  readonly standardized: Float32Array;
  readonly mean: number;
  readonly deviation: number;
  /** Between these predictions stay. */
  readonly range: readonly [number, number];
}

/** Checks ratings and brings them into shape; says what is wrong with data that nothing can be learned from. */
export function ratingData(interactions: Interactions, settings: MfSettings): RatingData {
  checkInteractions(interactions);
  const { userCount, itemCount, userIndex, itemIndex, value } = interactions;
  if (value.length === 0) throw new AppError('failed_precondition.dataset_empty', 'the data set has no ratings');
  if (userIndex[0] === userIndex.at(-1)) {
    throw new AppError(
      'failed_precondition.dataset_too_small',
      'the data set has ratings of one user only; record those of others',
    );
  }
  const { mean, deviation, low, high } = describe(value);
  refuseOutside(interactions, settings);
  if (low === high) {
    throw new AppError(
      'failed_precondition.dataset_constant',
      `all ratings of the data set are ${low}, so there is nothing to predict; rank by a model of preferences instead`,
    );
  }
  return {
    users: sideOf(userCount, userIndex, itemIndex),
    items: sideOf(itemCount, itemIndex, userIndex),
    standardized: value.map((rating) => (rating - mean) / deviation),
    mean,
    deviation,
    range: [settings.minRating ?? low, settings.maxRating ?? high],
  };
}

function describe(value: Float32Array) {
  const mean = value.reduce((sum, rating) => sum + rating, 0) / value.length;
  const variance = value.reduce((sum, rating) => sum + (rating - mean) ** 2, 0) / value.length;
  const low = value.reduce((least, rating) => Math.min(least, rating), Number.POSITIVE_INFINITY);
  const high = value.reduce((most, rating) => Math.max(most, rating), Number.NEGATIVE_INFINITY);
  return { mean, deviation: Math.sqrt(variance), low, high };
}

function refuseOutside({ value }: Interactions, { minRating, maxRating }: MfSettings): void {
  const isOutside = (rating: number) => rating < (minRating ?? rating) || rating > (maxRating ?? rating);
  const first = value.find(isOutside);
  if (first === undefined) return;
  const count = value.reduce((sum, rating) => sum + (isOutside(rating) ? 1 : 0), 0);
  throw new AppError(
    'invalid.dataset',
    `${count} of ${value.length} ratings are outside ${minRating ?? '-infinity'} .. ${maxRating ?? 'infinity'}, for instance ${first}; correct them or the declared range`,
  );
}

function sideOf(rowCount: number, rows: Int32Array, columns: Int32Array): RatingSide {
  const offsets = new Int32Array(rowCount + 1);
  for (const row of rows) offsets[row + 1]!++;
  for (let row = 0; row < rowCount; row++) offsets[row + 1]! += offsets[row]!;
  const next = offsets.slice(0, rowCount);
  const others = new Int32Array(rows.length);
  const entries = new Int32Array(rows.length);
  for (let e = 0; e < rows.length; e++) {
    const to = next[rows[e]!]!++;
    others[to] = columns[e]!;
    entries[to] = e;
  }
  const scales = Float32Array.from({ length: rowCount }, (_, row) => {
    const count = offsets[row + 1]! - offsets[row]!;
    return count === 0 ? 0 : 1 / Math.sqrt(count);
  });
  return { rowCount, offsets, others, entries, scales };
}
