import { effectSizeOfProportions, normalTail } from '@attune/statistics';

/** Missing values among all of a sample. */
export interface NullCounts {
  readonly nulls: number;
  readonly all: number;
}

/** How the shares of missing values differ. */
export interface NullRate {
  readonly reference: number;
  readonly current: number;
  /** Current less reference. */
  readonly difference: number;
  /** Cohen's h: 2 asin sqrt(current) - 2 asin sqrt(reference). */
  readonly effect: number;
  /** Of the z test of two shares, pooled, two-sided. */
  readonly pValue: number;
}

/** Compares the shares of missing values of two samples, both of at least one row. */
export function nullRate(reference: NullCounts, current: NullCounts): NullRate {
  const [before, now] = [reference.nulls / reference.all, current.nulls / current.all];
  const pooled = (reference.nulls + current.nulls) / (reference.all + current.all);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / reference.all + 1 / current.all));
  return {
    reference: before,
    current: now,
    difference: now - before,
    effect: effectSizeOfProportions(before, now),
    pValue: error === 0 ? 1 : Math.min(1, 2 * normalTail(Math.abs(now - before) / error)),
  };
}
