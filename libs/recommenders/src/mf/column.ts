/**
 * One dimension of one side's vectors under a factorized Gaussian posterior. Row r's number is
 * e_r = own_r + n_r^-1/2 * (sum of implicit_j over the r's partners j).
 */
export interface Column {
  /** A column of ones that never changes: the partner of a bias. */
  readonly isFixed: boolean;
  /** [rowCount]: mean and variance of each row's own number. */
  readonly own: Float32Array;
  readonly ownVariance: Float32Array;
  /** [otherCount]: what each partner adds by being there; empty where who rated what says nothing. */
  readonly implicit: Float32Array;
  readonly implicitVariance: Float32Array;
  /** [rowCount]: mean and variance of e. */
  readonly total: Float32Array;
  readonly totalVariance: Float32Array;
  /** Gaussian priors of `own` and `implicit`, learned from the rows. */
  ownMean: number;
  ownPrecision: number;
  implicitPrecision: number;
}

/** One dimension of the factorization. */
export interface Dimension {
  readonly users: Column;
  readonly items: Column;
}

/** How a column begins. */
export interface ColumnStart {
  /** [rowCount]: the means; zeros where absent. */
  readonly own?: Float32Array;
  readonly rowCount: number;
  /** How many numbers the implicit part has; 0 for none. */
  readonly implicitCount: number;
}

/** What a column's rows have in squared length at least, so that precisions stay finite. */
const LEAST_SQUARE = 1e-12;

/** A column around given means: variances are a tenth of the mean square. */
export function openColumn({ own, rowCount, implicitCount }: ColumnStart): Column {
  const means = own ?? new Float32Array(rowCount);
  const square = Math.max(LEAST_SQUARE, means.reduce((sum, x) => sum + x * x, 0) / rowCount);
  return {
    isFixed: false,
    own: means,
    ownVariance: new Float32Array(rowCount).fill(square / 10),
    implicit: new Float32Array(implicitCount),
    implicitVariance: new Float32Array(implicitCount),
    total: means.slice(),
    totalVariance: new Float32Array(rowCount).fill(square / 10),
    ownMean: 0,
    ownPrecision: 1 / (1.1 * square),
    // weak at first: a tenth of what users and items differ by
    implicitPrecision: 10,
  };
}

/** A column of ones. */
export function onesColumn(rowCount: number): Column {
  const none = new Float32Array();
  return {
    isFixed: true,
    own: none,
    ownVariance: none,
    implicit: none,
    implicitVariance: none,
    total: new Float32Array(rowCount).fill(1),
    totalVariance: new Float32Array(rowCount),
    ownMean: 0,
    ownPrecision: 1,
    implicitPrecision: 1,
  };
}
