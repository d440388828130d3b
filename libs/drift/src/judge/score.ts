/** One measure of how far a window is from its reference. All are 0 for equal samples, and grow with the distance. */
export interface Score {
  /** `ks`, `psi` (its square root, which grows with the distance), `wasserstein` (in scales of the reference), `outside`, `cramers_v`, `new_categories`, `null_rate`. */
  readonly name: string;
  readonly value: number;
  /** What chance stays below with a probability of 1 - 1e-5, for samples of these sizes. */
  readonly chance: number;
  /** The mean square of what chance makes. */
  readonly chanceSquare: number;
  /** Less than this is not worth telling, however certain it is. */
  readonly gate: number;
}

/** Of a score that chance exceeds: once in 100,000 windows. */
export const CHANCE = 1e-5;
/** Standard errors that a normal exceeds so rarely, on either side. */
export const CHANCE_ERRORS = 4.417173413469023;
