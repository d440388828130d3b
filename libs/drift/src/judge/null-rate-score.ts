import type { NullCounts } from '../detectors/null-rate';
import { CHANCE_ERRORS, type Score } from './score';

/** The least difference of the shares of missing values. */
const LEAST_DIFFERENCE = 0.03;

/** How far the shares of missing values are apart. */
export function nullRateScore(reference: NullCounts, current: NullCounts): Score {
  const noise = 1 / Math.max(1, reference.all) + 1 / Math.max(1, current.all);
  const pooled = (reference.nulls + current.nulls) / Math.max(1, reference.all + current.all);
  // at least as if one value were missing: a feature that never lacked any has a spread, too
  const share = Math.max(pooled, Math.min(0.5, 1 / Math.max(1, reference.all + current.all)));
  const variance = share * (1 - share) * noise;
  const difference = current.nulls / Math.max(1, current.all) - reference.nulls / Math.max(1, reference.all);
  return {
    name: 'null_rate',
    value: Math.abs(difference),
    // the second term is what few of few can be
    chance: CHANCE_ERRORS * Math.sqrt(variance) + (CHANCE_ERRORS ** 2 * noise) / 3,
    chanceSquare: variance,
    gate: LEAST_DIFFERENCE,
  };
}
