import { type NullCounts, type NullRate, nullRate } from '../detectors/null-rate';
import type { Judged } from './column-drift';
import type { DriftBounds } from './drift-bounds';

/** Missing values of both samples. */
export interface NullPair {
  readonly reference: NullCounts;
  readonly current: NullCounts;
}

/** The shares of missing values with a judgement; null where there are too few rows. */
export function judgeNullRate({ reference, current }: NullPair, bounds: DriftBounds): Judged<NullRate> | null {
  if (Math.min(reference.all, current.all) < bounds.leastCount) return null;
  const test = nullRate(reference, current);
  const isLarge = Math.abs(test.difference) >= bounds.nullRate || Math.abs(test.effect) >= bounds.nullEffect;
  return { ...test, bound: bounds.nullRate, drifted: isLarge && test.pValue < bounds.significance };
}

/** In words, where it speaks for drift. */
export function nullRateWords(test: Judged<NullRate> | null): readonly string[] {
  if (test?.drifted !== true) return [];
  return [`missing values went from ${percent(test.reference)} to ${percent(test.current)}`];
}

/** A share in percent, with as many digits as tell. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
