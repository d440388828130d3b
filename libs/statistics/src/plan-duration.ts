import { AppError } from '@attune/errors';
import { normalCritical } from './distributions/normal';

/** What an experiment gets and needs. */
export interface DurationPlan {
  /** Units that each variant needs, of `samplesForMeans` or `samplesForProportions`. */
  readonly unitsPerVariant: number;
  /** New units that come in a day, before the experiment's share of them is taken. */
  readonly unitsPerDay: number;
  /** The share of the units that are in the experiment, above 0 and up to 1. */
  readonly trafficShare: number;
  /** [variants]: how those in it are divided; they add up to 1. */
  readonly variantShares: readonly number[];
}

/** How long an experiment takes. */
export interface Duration {
  /** Whole days until the smallest variant has its units. */
  readonly days: number;
  /** The same in whole weeks, so that each day of the week counts alike. */
  readonly weeks: number;
  /** In all variants together. */
  readonly units: number;
}

/** How long an experiment takes until its smallest variant has enough units. Throws `invalid.plan`. */
export function planDuration({ unitsPerVariant, unitsPerDay, trafficShare, variantShares }: DurationPlan): Duration {
  const smallest = Math.min(...variantShares);
  if (!(unitsPerVariant > 0 && unitsPerDay > 0 && trafficShare > 0 && trafficShare <= 1 && smallest > 0)) {
    throw new AppError(
      'invalid.plan',
      'a plan needs units per variant and day above 0, and shares above 0 and up to 1',
    );
  }
  const units = Math.ceil(unitsPerVariant / smallest);
  const days = Math.ceil(units / (unitsPerDay * trafficShare));
  return { days, weeks: Math.ceil(days / 7), units };
}

/**
 * By how much more units a plan grows where the always-valid interval decides instead of a single look: the squared ratio of what the
 * difference must be in standard errors, at the units that the interval is tuned for. About 1.9 for alpha 0.05 and power 0.8; an
 * experiment whose effect is larger than planned stops sooner instead.
 */
export function sequentialInflation(alpha = 0.05, power = 0.8): number {
  const twoLogs = -2 * Math.log(alpha);
  const k = twoLogs + Math.log(twoLogs + 1);
  const bound = Math.sqrt(((k + 1) / k) * 2 * Math.log(Math.sqrt(k + 1) / alpha));
  const beyond = normalCritical(1 - power);
  return ((bound + beyond) / (normalCritical(alpha / 2) + beyond)) ** 2;
}
