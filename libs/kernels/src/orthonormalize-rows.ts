/** A direction whose square is below this share of the largest is nothing but rounding. */
const NEGLIGIBLE = 1e-12;

/**
 * Makes the columns of a table [rows x rank] orthonormal, in place, by Cholesky (Q = Y R^-1 with R^T R = Y^T Y, in float64). One pass
 * loses the square of the condition number, a second makes it good. Directions that depend on others become 0.
 */
export function orthonormalizeRows(table: Float32Array, rank: number, passes: number): void {
  for (let pass = 0; pass < passes; pass++) {
    const gram = gramOf(table, rank);
    factor(gram, rank);
    divide(table, gram, rank);
  }
}

/** Y^T Y on and above the diagonal. */
function gramOf(table: Float32Array, rank: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  const row = new Float64Array(rank);
  for (let from = 0; from < table.length; from += rank) {
    for (let c = 0; c < rank; c++) row[c] = table[from + c]!;
    for (let a = 0; a < rank; a++) {
      const value = row[a]!;
      if (value === 0) continue;
      const to = a * rank;
      for (let b = a; b < rank; b++) gram[to + b]! += value * row[b]!;
    }
  }
  return gram;
}

/** Cholesky in place: R on and above the diagonal, with reciprocals on it; 0 where a direction is negligible. */
function factor(a: Float64Array, rank: number): void {
  let largest = 0;
  for (let c = 0; c < rank; c++) largest = Math.max(largest, a[c * rank + c]!);
  for (let k = 0; k < rank; k++) {
    const own = k * rank;
    const pivot = a[own + k]!;
    const scale = pivot > NEGLIGIBLE * largest ? 1 / Math.sqrt(pivot) : 0;
    a[own + k] = scale;
    for (let j = k + 1; j < rank; j++) a[own + j]! *= scale;
    for (let i = k + 1; i < rank; i++) {
      const value = a[own + i]!;
      if (value === 0) continue;
      for (let j = i; j < rank; j++) a[i * rank + j]! -= value * a[own + j]!;
    }
  }
}

/** Y R^-1, row by row. */
function divide(table: Float32Array, r: Float64Array, rank: number): void {
  const row = new Float64Array(rank);
  for (let from = 0; from < table.length; from += rank) {
    for (let c = 0; c < rank; c++) row[c] = table[from + c]!;
    for (let k = 0; k < rank; k++) {
      const own = k * rank;
      const value = row[k]! * r[own + k]!;
      row[k] = value;
      if (value === 0) continue;
      for (let j = k + 1; j < rank; j++) row[j]! -= value * r[own + j]!;
    }
    for (let c = 0; c < rank; c++) table[from + c] = row[c]!;
  }
}
