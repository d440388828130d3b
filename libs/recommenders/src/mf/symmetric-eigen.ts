const MAX_SWEEPS = 40;

/**
 * Eigenvalues and vectors of a symmetric matrix [n x n], largest eigenvalue first: columns of `vectors` [n x n] belong to `values`
 * [n]. Cyclic Jacobi rotations (Golub and Van Loan, "Matrix computations", 8.5); O(n^3) for each of about ten sweeps.
 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const tiny = 1e-24 * a.reduce((sum, x) => sum + x * x, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, n) > tiny; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((x, y) => a[y * n + y]! - a[x * n + x]! || x - y);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let row = 0; row < n; row++) vectors[row * n + to] = v[row * n + from]!;
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors };
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) sum += a[p * n + q]! ** 2;
  return sum;
}

/** Turns the plane of rows p and q such that their common element becomes 0. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const shared = a[p * n + q]!;
  if (shared === 0) return;
  const ratio = (a[q * n + q]! - a[p * n + p]!) / (2 * shared);
  const t = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const [m, stepP, stepQ, stride] of [
    [a, p, q, n],
    [a, p * n, q * n, 1],
    [v, p, q, n],
  ] as const) {
    for (let k = 0; k < n; k++) {
      const [x, y] = [m[k * stride + stepP]!, m[k * stride + stepQ]!];
      m[k * stride + stepP] = c * x - s * y;
      m[k * stride + stepQ] = s * x + c * y;
    }
  }
}
