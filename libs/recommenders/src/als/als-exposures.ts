import type { Csr } from '@attune/kernels';

/** How much the unobserved pairs of rows weigh, next to 1 on average. */
export interface Exposures {
  /** By row of the training. */
  readonly rows: Float32Array;
  /** What a row with so many observations has. */
  readonly of: (observations: number) => number;
}

/**
 * Exposures that grow with a power of a row's observations: who is active has passed over more, and what is popular was seen by more,
 * so that not having chosen it says more (for items: He et al. 2016, section 4.1). At the power 0 all are 1.
 */
export function exposuresOf({ offsets, rowCount }: Csr, power: number): Exposures {
  const powers = Float64Array.from({ length: rowCount }, (_, row) => raised(offsets[row + 1]! - offsets[row]!, power));
  const mean = powers.reduce((a, b) => a + b, 0) / rowCount;
  return { rows: Float32Array.from(powers, (x) => x / mean), of: (observations) => raised(observations, power) / mean };
}

function raised(observations: number, power: number): number {
  return Math.max(1, observations) ** power;
}
