import { AppError } from '@attune/errors';
import { noncentralTail } from './distributions/noncentral-t';
import { normalCdf, normalCritical } from './distributions/normal';
import { studentCritical } from './distributions/student-t';
import { findRoot } from './find-root';

/** The largest sample that a plan looks for, per variant. */
const MOST_UNITS = 1e12;

/** A difference of means that an experiment should find. */
export interface MeansToFind {
  /** In the metric's unit; its sign does not matter. */
  readonly difference: number;
  /** Of single units, alike in both variants. */
  readonly standardDeviation: number;
  /** The chance of a false alarm, both sides together; 0.05 unless named. */
  readonly alpha?: number;
}

/** A difference of two shares that an experiment should find. */
export interface ProportionsToFind {
  readonly control: number;
  readonly treatment: number;
  /** The chance of a false alarm, both sides together; 0.05 unless named. */
  readonly alpha?: number;
}

/** The chance that Student's test of two samples of `count` units each finds the difference on its own side (R's power.t.test). */
export function powerOfTTest(count: number, { difference, standardDeviation, alpha = 0.05 }: MeansToFind): number {
  const degreesOfFreedom = 2 * (count - 1);
  const shift = (Math.sqrt(count / 2) * Math.abs(difference)) / standardDeviation;
  return noncentralTail(studentCritical(alpha / 2, degreesOfFreedom), degreesOfFreedom, shift);
}

/** The units per variant, as a fraction, with which the difference of means is found with this power (R's power.t.test). */
export function samplesForMeans(wanted: MeansToFind, power = 0.8): number {
  const { difference, standardDeviation, alpha = 0.05 } = wanted;
  checkPlan(alpha, power);
  if (
    !(standardDeviation > 0 && Number.isFinite(standardDeviation) && Number.isFinite(difference) && difference !== 0)
  ) {
    throw new AppError('invalid.plan', 'a plan needs a difference other than 0 and a standard deviation above 0');
  }
  return findRoot((count) => powerOfTTest(count, wanted) - power, 2, MOST_UNITS);
}

/** The chance that the test of two shares of `count` units each finds the difference (R's power.prop.test). */
export function powerOfProportionTest(count: number, wanted: ProportionsToFind): number {
  const { pooled, apart, difference } = spreadsOf(wanted);
  const critical = normalCritical((wanted.alpha ?? 0.05) / 2);
  return normalCdf((Math.sqrt(count) * difference - critical * pooled) / apart);
}

/** The units per variant, as a fraction, with which the difference of shares is found with this power (R's power.prop.test). */
export function samplesForProportions(wanted: ProportionsToFind, power = 0.8): number {
  const { control, treatment, alpha = 0.05 } = wanted;
  checkPlan(alpha, power);
  if (!(control > 0 && control < 1 && treatment > 0 && treatment < 1 && control !== treatment)) {
    throw new AppError('invalid.plan', 'a plan needs two different shares between 0 and 1');
  }
  const { pooled, apart, difference } = spreadsOf(wanted);
  return ((normalCritical(alpha / 2) * pooled + normalCritical(1 - power) * apart) / difference) ** 2;
}

/** Standard deviations of the difference of one unit each: under "no difference", and under the one to find. */
function spreadsOf({ control, treatment }: ProportionsToFind) {
  const both = control + treatment;
  return {
    pooled: Math.sqrt(both * (1 - both / 2)),
    apart: Math.sqrt(control * (1 - control) + treatment * (1 - treatment)),
    difference: Math.abs(treatment - control),
  };
}

function checkPlan(alpha: number, power: number): void {
  if (!(alpha > 0 && alpha < 1 && power > alpha && power < 1)) {
    throw new AppError(
      'invalid.plan',
      `a plan needs an alpha in (0, 1) and a power between it and 1, not ${alpha} and ${power}`,
    );
  }
}
