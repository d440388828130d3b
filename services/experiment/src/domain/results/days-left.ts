import { AppError } from '@attune/errors';
import { effectiveCount, samplesForMeans, sequentialInflation, unitMomentsOf } from '@attune/statistics';
import type { MetricSample } from './samples';
import type { Metric } from '../metrics/metric';
import { sumsOf } from './compare-samples';

const DAY_MS = 86_400_000;
const POWER = 0.8;
/** Smaller lifts are not worth waiting for; without a bound, no difference at all would take for ever. */
const LEAST_LIFT = 0.01;

/** What is known of an experiment's pace. */
export interface Pace {
  readonly control: MetricSample;
  readonly treatment: MetricSample;
  /** For how long it ran. */
  readonly ranMs: number;
  readonly alpha: number;
}

/**
 * For how many more days an experiment must run until the always-valid interval finds a lift like the one seen (at least 1 %), with the
 * variance seen and units coming as they came so far. Undefined where the metric has no sums or nothing varies.
 */
export function daysLeft(metric: Metric, { control, treatment, ranMs, alpha }: Pace): number | undefined {
  if (control.data.kind !== 'pairs' || treatment.data.kind !== 'pairs' || !(ranMs > 0)) return undefined;
  try {
    const [one, other] = [unitMomentsOf(sumsOf(metric, control)), unitMomentsOf(sumsOf(metric, treatment))];
    const difference = Math.max(Math.abs(other.mean - one.mean), LEAST_LIFT * Math.abs(one.mean));
    const standardDeviation = Math.sqrt((one.variance + other.variance) / 2);
    const perVariant = samplesForMeans({ difference, standardDeviation, alpha }, POWER) * sequentialInflation(alpha, POWER);
    const seen = effectiveCount(one.count, other.count);
    return Math.max(0, ((2 * perVariant) / seen - 1) * (ranMs / DAY_MS));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
