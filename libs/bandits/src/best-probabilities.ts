import type { Density } from './densities';
import { gaussLegendre, PANEL_NODES } from './gauss-legendre';

/** The stated absolute error of every probability; the tests find less than a hundredth of it. */
export const BEST_PROBABILITY_ERROR = 1e-6;

/** The logarithm of the density, relative to its height, at which a tail is cut: one holds less than 1e-9. */
const TAIL_LOG_SHAPE = -21;
const N = PANEL_NODES;
const RULE = gaussLegendre(N);

/** One arm on the way from left to right. */
interface Walker {
  readonly density: Density;
  readonly lower: number;
  readonly upper: number;
  /** What the density's shape integrates to, to be divided by. */
  readonly total: number;
  /** The probability to the left of the present panel. */
  below: number;
  /** [n]: density and distribution function at the nodes of the present panel. */
  readonly pdf: Float64Array;
  readonly cdf: Float64Array;
}

/**
 * P(arm i has the highest value) = integral of f_i(x) times the product of F_j(x) over the others, for independent arms. Deterministic
 * quadrature: panels of Gauss and Legendre's rule that follow the narrowest density at hand; distribution functions are running
 * integrals of the same panels, so that no special function is needed. Returns [arms], adding up to 1; absolute error at most
 * BEST_PROBABILITY_ERROR.
 */
export function bestProbabilities(densities: readonly Density[]): Float64Array {
  const best = new Float64Array(densities.length);
  if (densities.length < 2) return best.fill(1);
  const limits = densities.map((density) => ({ lower: tailLimit(density, -1), upper: tailLimit(density, 1) }));
  // further left some arm is surely higher, so nobody there is the best
  const start = Math.max(...limits.map(({ lower }) => lower));
  const end = Math.max(...limits.map(({ upper }) => upper));
  const walkers = densities.map((density, arm) => makeWalker(density, limits[arm]!, start));
  const scratch = new Float64Array(densities.length + 1);
  for (let x = start; x < end; ) {
    const next = Math.min(end, x + sharedWidth(walkers, x));
    for (const walker of walkers) enterPanel(walker, x, next);
    addPanel(walkers, (next - x) / 2, best, scratch);
    x = next;
  }
  const sum = best.reduce((all, probability) => all + probability, 0);
  return best.map((probability) => probability / sum);
}

/** How far the density must be followed on one side (-1 left, 1 right). */
function tailLimit({ center, scale, logShape }: Density, side: number): number {
  let distance = 4 * scale;
  // the logarithm of the distance covers tails of Student's kind, whose mass is that much larger than their height
  while (logShape(center + side * distance) + Math.log1p(distance / scale) > TAIL_LOG_SHAPE) distance *= 1.3;
  return center + side * distance;
}

function makeWalker(density: Density, { lower, upper }: { lower: number; upper: number }, start: number): Walker {
  let [total, below] = [0, 0];
  for (let x = lower; x < upper; ) {
    let next = Math.min(upper, advanced(x, density.panelWidth(x)));
    if (x < start && next > start) next = start;
    total += shapeIntegral(density, x, next);
    if (next <= start) below = total;
    x = next;
  }
  return { density, lower, upper, total, below: below / total, pdf: new Float64Array(N), cdf: new Float64Array(N) };
}

function shapeIntegral(density: Density, from: number, to: number): number {
  const half = (to - from) / 2;
  let sum = 0;
  for (let m = 0; m < N; m++) {
    sum += RULE.weights[m]! * Math.exp(density.logShape(from + half * (1 + RULE.nodes[m]!)));
  }
  return sum * half;
}

/** The widest panel that suits every arm; it does not jump over the begin of a narrow one. */
function sharedWidth(walkers: readonly Walker[], x: number): number {
  let width = Number.POSITIVE_INFINITY;
  for (const { density, lower, upper } of walkers) {
    if (x < lower) width = Math.min(width, lower - x);
    else if (x < upper) width = Math.min(width, density.panelWidth(x), upper - x);
  }
  return advanced(x, width) - x;
}

/** x + width, and further by the least step there is where that would not move. */
function advanced(x: number, width: number): number {
  const next = x + width;
  return next > x ? next : x + Math.abs(x) * 2 ** -52;
}

/** Fills in density and distribution function at the nodes; hot, so it changes the walker's own arrays. */
function enterPanel(walker: Walker, from: number, to: number): void {
  const { density, lower, upper, total, pdf, cdf, below } = walker;
  if (from >= upper || to <= lower) {
    pdf.fill(0);
    cdf.fill(from >= upper ? 1 : 0);
    return;
  }
  const half = (to - from) / 2;
  for (let m = 0; m < N; m++) {
    pdf[m] = Math.exp(density.logShape(from + half * (1 + RULE.nodes[m]!))) / total;
  }
  let all = 0;
  for (let m = 0; m < N; m++) {
    let sum = 0;
    for (let l = 0; l < N; l++) sum += RULE.cumulative[m * N + l]! * pdf[l]!;
    cdf[m] = below + half * sum;
    all += RULE.weights[m]! * pdf[m]!;
  }
  walker.below = below + half * all;
}

/** Adds what the panel gives to each arm; products before and after an arm, since dividing by its own F would fail at 0. */
function addPanel(walkers: readonly Walker[], half: number, best: Float64Array, after: Float64Array): void {
  const count = walkers.length;
  for (let m = 0; m < N; m++) {
    after[count] = 1;
    for (let arm = count - 1; arm >= 0; arm--) after[arm] = after[arm + 1]! * walkers[arm]!.cdf[m]!;
    let before = half * RULE.weights[m]!;
    for (let arm = 0; arm < count; arm++) {
      best[arm]! += before * walkers[arm]!.pdf[m]! * after[arm + 1]!;
      before *= walkers[arm]!.cdf[m]!;
    }
  }
}
