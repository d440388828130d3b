/** After so many updates the inverse is computed anew, so that rounding cannot add up. */
const REFRESH_UPDATES = 4_096;

/**
 * The inverse of a symmetric positive definite matrix that grows by weight x x' at a time: Sherman and Morrison's formula, in place,
 * d^2 operations instead of d^3. Keeps the matrix too, and inverts it anew by Cholesky from time to time.
 */
export class RidgeInverse {
  readonly dimension: number;
  /** [d, d]: the matrix. */
  readonly matrix: Float64Array;
  /** [d, d]: its inverse, changed in place. */
  readonly inverse: Float64Array;
  readonly #image: Float64Array;
  readonly #refreshUpdates: number;
  #updates = 0;

  /** matrix: [d, d], symmetric and positive definite; it is copied. */
  constructor(matrix: Float64Array, { refreshUpdates = REFRESH_UPDATES }: { readonly refreshUpdates?: number } = {}) {
    this.dimension = Math.round(Math.sqrt(matrix.length));
    this.matrix = matrix.slice();
    this.inverse = new Float64Array(matrix.length);
    this.#image = new Float64Array(this.dimension);
    this.#refreshUpdates = refreshUpdates;
    invertSymmetric(this.matrix, this.inverse);
  }

  /** The matrix becomes matrix + weight x x'. x: [d]; weight: above 0. */
  update(x: ArrayLike<number>, weight: number): void {
    const { dimension: d, matrix, inverse } = this;
    for (let row = 0; row < d; row++) {
      for (let column = 0; column < d; column++) matrix[row * d + column]! += weight * x[row]! * x[column]!;
    }
    if (++this.#updates % this.#refreshUpdates === 0) {
      invertSymmetric(matrix, inverse);
      return;
    }
    const image = this.#image;
    const shrink = weight / (1 + weight * imageOf(inverse, x, image));
    for (let row = 0; row < d; row++) {
      const factor = shrink * image[row]!;
      for (let column = 0; column < d; column++) inverse[row * d + column]! -= factor * image[column]!;
    }
  }

  /** x' inverse x: the squared width of the belief about x. */
  quadratic(x: ArrayLike<number>): number {
    return imageOf(this.inverse, x, this.#image);
  }
}

/** image = inverse x; returns x' inverse x. */
function imageOf(inverse: Float64Array, x: ArrayLike<number>, image: Float64Array): number {
  const d = image.length;
  let quadratic = 0;
  for (let row = 0; row < d; row++) {
    let sum = 0;
    for (let column = 0; column < d; column++) sum += inverse[row * d + column]! * x[column]!;
    image[row] = sum;
    quadratic += sum * x[row]!;
  }
  return quadratic;
}

/**
 * inverse = matrix^-1 for a symmetric positive definite matrix ([d, d] both), by Cholesky. A matrix that rounding has made indefinite
 * gets the least pivot that keeps it definite.
 */
export function invertSymmetric(matrix: Float64Array, inverse: Float64Array): void {
  const d = Math.round(Math.sqrt(matrix.length));
  const lower = choleskyFactor(matrix, d);
  // column by column: L y = e, then L' x = y
  const solved = new Float64Array(d);
  for (let unit = 0; unit < d; unit++) {
    for (let row = 0; row < d; row++) {
      let sum = row === unit ? 1 : 0;
      for (let k = unit; k < row; k++) sum -= lower[row * d + k]! * solved[k]!;
      solved[row] = row < unit ? 0 : sum / lower[row * d + row]!;
    }
    for (let row = d - 1; row >= 0; row--) {
      let sum = solved[row]!;
      for (let k = row + 1; k < d; k++) sum -= lower[k * d + row]! * solved[k]!;
      solved[row] = sum / lower[row * d + row]!;
      inverse[row * d + unit] = solved[row]!;
    }
  }
}

function choleskyFactor(matrix: Float64Array, d: number): Float64Array {
  const lower = new Float64Array(d * d);
  for (let row = 0; row < d; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * d + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row * d + k]! * lower[column * d + k]!;
      if (column < row) lower[row * d + column] = sum / lower[column * d + column]!;
      else lower[row * d + row] = Math.sqrt(Math.max(sum, 1e-14 * Math.abs(matrix[row * d + row]!), Number.MIN_VALUE));
    }
  }
  return lower;
}
