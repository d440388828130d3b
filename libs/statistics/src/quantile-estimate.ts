import { AppError } from '@attune/errors';
import { normalCritical } from './distributions/normal';
import type { Estimate } from './estimate';
import { type PairMoments, pairMomentsOf } from './pair-moments';
import { ratioMoments } from './ratio-moments';

/** Rows of a metric whose quantile is asked for. */
export interface QuantileSample {
  /** [rows] */
  readonly values: Float64Array;
  /** [rows]: the unit of each row, numbered from 0; absent where each row is a unit of its own. */
  readonly units?: Int32Array;
}

/** A quantile of rows, and which share of each unit's rows is at most it. */
interface QuantileShare {
  readonly rows: number;
  /** One pair per unit that has rows: x how many, y how many of them are at most the quantile. */
  readonly pairs: PairMoments;
}

/** The order statistics around a quantile, by their ranks from 1. */
export interface QuantileRanks {
  readonly below: number;
  readonly above: number;
}

/**
 * A quantile with the standard error of its order statistics, clustered by unit (Deng, Knoblich and Lu 2018, sec. 4.2): the share of rows
 * below the quantile is a ratio with the delta method's standard error; the order statistics that many ranks off, divided by how many
 * standard errors that is, are the quantile's. `probability` is in (0, 1). Throws `invalid.sample` where the ranks are not inside of it.
 */
export function quantileEstimate({ values, units }: QuantileSample, probability: number): Estimate {
  const sorted = Float64Array.from(values).sort();
  const rows = sorted.length;
  const mean = sorted[Math.min(rows - 1, Math.ceil(rows * probability) - 1)] ?? Number.NaN;
  const pairs = sharePairs({ values, units }, mean);
  const { below, above } = quantileRanks({ rows, pairs }, probability);
  return quantileBetween({ count: pairs.count, mean }, sorted[below - 1]!, sorted[above - 1]!);
}

/** The ranks whose values are the 95 % interval of a quantile. For rows that are elsewhere; throws as `quantileEstimate` does. */
export function quantileRanks({ rows, pairs }: QuantileShare, probability: number): QuantileRanks {
  if (!(probability > 0 && probability < 1)) {
    throw new AppError('invalid.quantile', `a quantile of ${probability} is not between 0 and 1; 0.5 is the median`);
  }
  const reach = pairs.count < 2 ? Number.NaN : normalCritical(0.025) * ratioMoments(pairs).standardError;
  const below = Math.floor(rows * (probability - reach));
  const above = Math.ceil(rows * (probability + reach)) + 1;
  if (below >= 1 && above <= rows) return { below, above };
  const advice = `are too few for the quantile ${probability}; wait for more data`;
  throw new AppError('invalid.sample', `${pairs.count} units in ${rows} rows ${advice}`);
}

/** The quantile of so many units whose 95 % interval is from `low` to `high`. */
export function quantileBetween(known: Pick<Estimate, 'count' | 'mean'>, low: number, high: number): Estimate {
  return { ...known, standardError: (high - low) / (2 * normalCritical(0.025)) };
}

function sharePairs({ values, units }: QuantileSample, quantile: number): PairMoments {
  const unitCount = units === undefined ? values.length : 1 + units.reduce((most, unit) => Math.max(most, unit), -1);
  const [all, below] = [new Float64Array(unitCount), new Float64Array(unitCount)];
  for (let row = 0; row < values.length; row++) {
    const unit = units?.[row] ?? row;
    all[unit]!++;
    if (values[row]! <= quantile) below[unit]!++;
  }
  return pairMomentsOf(all, below);
}
