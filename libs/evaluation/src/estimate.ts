/** A value with the interval in which it would lie for other users of the same kind, at 95 % unless told otherwise. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
