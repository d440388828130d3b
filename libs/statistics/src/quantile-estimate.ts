import { AppError } from '@attune/errors';
import { normalCritical } from './distributions/normal';
import type { Estimate } from './estimate';
import { pairMomentsOf } from './pair-moments';
import { ratioMoments } from './ratio-moments';

/** Rows of a metric whose quantile is asked for. */
export interface QuantileSample {
  /** [rows] */
  readonly values: Float64Array;
  /** [rows]: the unit of each row, numbered from 0; absent where each row is a unit of its own. */
  readonly units?: Int32Array;
}

/**
 * A quantile with the standard error of its order statistics, clustered by unit (Deng, Knoblich and Lu 2018, sec. 4.2): the share of rows
 * below the quantile is a ratio with the delta method's standard error; the order statistics that many ranks off, divided by how many
 * standard errors that is, are the quantile's. `probability` is in (0, 1). Throws `invalid.sample` where the ranks are not inside of it.
 */
export function quantileEstimate({ values, units }: QuantileSample, probability: number): Estimate {
  if (!(probability > 0 && probability < 1)) {
    throw new AppError('invalid.quantile', `a quantile of ${probability} is not between 0 and 1; 0.5 is the median`);
  }
  const sorted = Float64Array.from(values).sort();
  const rows = sorted.length;
  const mean = sorted[Math.min(rows - 1, Math.ceil(rows * probability) - 1)] ?? Number.NaN;
  const unitCount = units === undefined ? rows : 1 + units.reduce((most, unit) => Math.max(most, unit), -1);
  const reach = normalCritical(0.025) * errorOfShare({ values, units }, unitCount, mean);
  // ranks from 1; the share itself is probability, and these are its 95 % interval
  const below = Math.floor(rows * (probability - reach));
  const above = Math.ceil(rows * (probability + reach)) + 1;
  if (!(unitCount >= 2 && below >= 1 && above <= rows)) {
    throw new AppError(
      'invalid.sample',
      `${unitCount} units in ${rows} rows are too few for the quantile ${probability}; wait for more data`,
    );
  }
  const width = sorted[above - 1]! - sorted[below - 1]!;
  return { count: unitCount, mean, standardError: width / (2 * normalCritical(0.025)) };
}

/** The standard error of the share of rows that are at most the quantile. */
function errorOfShare({ values, units }: QuantileSample, unitCount: number, quantile: number): number {
  const [all, below] = [new Float64Array(unitCount), new Float64Array(unitCount)];
  for (let row = 0; row < values.length; row++) {
    const unit = units?.[row] ?? row;
    all[unit]!++;
    if (values[row]! <= quantile) below[unit]!++;
  }
  return unitCount < 2 ? Number.NaN : ratioMoments(pairMomentsOf(all, below)).standardError;
}
