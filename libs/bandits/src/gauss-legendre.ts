/** The nodes of one panel: one as wide as two standard deviations of a normal density is integrated to about 1e-8. */
export const PANEL_NODES = 10;

/** Gauss and Legendre's rule on [-1, 1]. */
export interface PanelRule {
  /** [n]: ascending. */
  readonly nodes: Float64Array;
  /** [n]. */
  readonly weights: Float64Array;
  /** [n, n]: row m gives the integral from -1 to node m of the polynomial through the values at the nodes. */
  readonly cumulative: Float64Array;
}

/** The rule with n nodes: exact for polynomials up to degree 2 n - 1, its running integrals up to degree n - 1. */
export function gaussLegendre(n: number): PanelRule {
  const nodes = Float64Array.from({ length: n }, (_, m) => legendreRoot(n, m));
  const polynomials = Array.from(nodes, (x) => legendre(n + 1, x));
  const weights = Float64Array.from(nodes, (x, m) => {
    const slope = (n * (x * polynomials[m]![n]! - polynomials[m]![n - 1]!)) / (x * x - 1);
    return 2 / ((1 - x * x) * slope * slope);
  });
  const cumulative = new Float64Array(n * n);
  for (let m = 0; m < n; m++) {
    for (let l = 0; l < n; l++) {
      // the Lagrange polynomial of node l in Legendre's, whose integrals are known
      let sum = (nodes[m]! + 1) / 2;
      for (let k = 1; k < n; k++) {
        sum += (polynomials[l]![k]! * (polynomials[m]![k + 1]! - polynomials[m]![k - 1]!)) / 2;
      }
      cumulative[m * n + l] = weights[l]! * sum;
    }
  }
  return { nodes, weights, cumulative };
}

function legendreRoot(n: number, m: number): number {
  let x = -Math.cos((Math.PI * (m + 0.75)) / (n + 0.5));
  for (let step = 0; step < 8; step++) {
    const p = legendre(n, x);
    x -= (p[n]! * (x * x - 1)) / (n * (x * p[n]! - p[n - 1]!));
  }
  return x;
}

/** P_0(x) to P_n(x). */
function legendre(n: number, x: number): number[] {
  const p = [1, x];
  for (let k = 1; k < n; k++) p.push(((2 * k + 1) * x * p[k]! - k * p[k - 1]!) / (k + 1));
  return p;
}
