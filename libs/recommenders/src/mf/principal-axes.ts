import { symmetricEigen } from './symmetric-eigen';

/** Two tables of vectors, row by row. */
export interface FactorPair {
  /** [userCount x rank] */
  readonly userFactors: Float32Array;
  /** [itemCount x rank] */
  readonly itemFactors: Float32Array;
}

/**
 * The same dot products from other vectors: those of the singular value decomposition of P Q^T, the singular values' roots on both
 * sides, largest first. Regularized squared error has no preferred axes, so a descent's dimensions are mixed; along the principal
 * ones each dimension stands for itself, and those that matter little can be told (Luttinen and Ilin 2010, "Transformations in
 * variational Bayesian factor analysis to speed up learning").
 */
export function principalAxes({ userFactors, itemFactors }: FactorPair, rank: number): FactorPair {
  const users = symmetricEigen(gramian(userFactors, rank), rank);
  const roots = users.values.map((value) => Math.sqrt(Math.max(value, 0)));
  // directions without length have no inverse; they carry nothing and end as zeros
  const floor = 1e-6 * roots[0]!;
  const half = users.vectors.map((x, at) => x * roots[at % rank]!);
  const inverse = users.vectors.map((x, at) => (roots[at % rank]! > floor ? x / roots[at % rank]! : 0));
  const middle = product(transpose(half, rank), product(gramian(itemFactors, rank), half, rank), rank);
  const both = symmetricEigen(middle, rank);
  const lengths = both.values.map((value) => Math.max(value, 0) ** 0.25);
  const small = 1e-6 * lengths[0]!;
  const toUsers = product(inverse, both.vectors, rank).map((x, at) => x * lengths[at % rank]!);
  const toItems = product(half, both.vectors, rank).map((x, at) => {
    const length = lengths[at % rank]!;
    return length > small ? x / length : 0;
  });
  return {
    userFactors: transform(userFactors, toUsers, rank),
    itemFactors: transform(itemFactors, toItems, rank),
  };
}

function gramian(table: Float32Array, rank: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  for (let from = 0; from < table.length; from += rank) {
    for (let a = 0; a < rank; a++) {
      const x = table[from + a]!;
      for (let b = 0; b < rank; b++) gram[a * rank + b]! += x * table[from + b]!;
    }
  }
  return gram;
}

function transpose(matrix: Float64Array, n: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % n) * n + Math.floor(at / n)]!);
}

function product(left: Float64Array, right: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const x = left[i * n + k]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += x * right[k * n + j]!;
    }
  }
  return out;
}

function transform(table: Float32Array, matrix: Float64Array, rank: number): Float32Array {
  const out = new Float32Array(table.length);
  const row = new Float64Array(rank);
  for (let from = 0; from < table.length; from += rank) {
    row.fill(0);
    for (let a = 0; a < rank; a++) {
      const x = table[from + a]!;
      for (let b = 0; b < rank; b++) row[b]! += x * matrix[a * rank + b]!;
    }
    out.set(row, from);
  }
  return out;
}
