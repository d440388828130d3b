import type { Moments } from './moments';

/** What the tests need of pairs (x, y): a covariate and a metric, or the parts of a ratio, one pair per unit. Unbiased, like `Moments`. */
export interface PairMoments {
  readonly count: number;
  readonly meanX: number;
  readonly meanY: number;
  readonly varianceX: number;
  readonly varianceY: number;
  readonly covariance: number;
}

/** No pairs yet. */
export const NO_PAIRS: PairMoments = { count: 0, meanX: 0, meanY: 0, varianceX: 0, varianceY: 0, covariance: 0 };

/** The moments of pairs, in one pass. x, y: [n], of equal length. */
export function pairMomentsOf(x: ArrayLike<number>, y: ArrayLike<number>): PairMoments {
  let [meanX, meanY, squaresX, squaresY, products] = [0, 0, 0, 0, 0];
  const count = Math.min(x.length, y.length);
  for (let at = 0; at < count; at++) {
    const offX = x[at]! - meanX;
    const offY = y[at]! - meanY;
    meanX += offX / (at + 1);
    meanY += offY / (at + 1);
    squaresX += offX * (x[at]! - meanX);
    squaresY += offY * (y[at]! - meanY);
    products += offX * (y[at]! - meanY);
  }
  const divisor = Math.max(1, count - 1);
  return {
    count,
    meanX,
    meanY,
    varianceX: squaresX / divisor,
    varianceY: squaresY / divisor,
    covariance: products / divisor,
  };
}

/** The moments of both samples together (Chan, Golub and LeVeque 1983, with products in place of squares for the covariance). */
export function mergePairMoments(one: PairMoments, other: PairMoments): PairMoments {
  if (one.count === 0) return other;
  if (other.count === 0) return one;
  const count = one.count + other.count;
  const offX = other.meanX - one.meanX;
  const offY = other.meanY - one.meanY;
  const between = (one.count * other.count) / count;
  const merged = (a: number, b: number, off: number) =>
    (a * (one.count - 1) + b * (other.count - 1) + off * between) / (count - 1);
  return {
    count,
    meanX: one.meanX + (offX * other.count) / count,
    meanY: one.meanY + (offY * other.count) / count,
    varianceX: merged(one.varianceX, other.varianceX, offX * offX),
    varianceY: merged(one.varianceY, other.varianceY, offY * offY),
    covariance: merged(one.covariance, other.covariance, offX * offY),
  };
}

/** The moments of y alone. */
export function momentsOfY({ count, meanY, varianceY }: PairMoments): Moments {
  return { count, mean: meanY, variance: varianceY };
}

/** The moments of x alone. */
export function momentsOfX({ count, meanX, varianceX }: PairMoments): Moments {
  return { count, mean: meanX, variance: varianceX };
}

/** The correlation of x and y; 0 where one of them does not vary. */
export function correlationOf({ varianceX, varianceY, covariance }: PairMoments): number {
  const product = varianceX * varianceY;
  return product > 0 ? covariance / Math.sqrt(product) : 0;
}
