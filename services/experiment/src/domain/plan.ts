import { AppError, type FieldViolation } from '@attune/errors';
import { planDuration, samplesForMeans, samplesForProportions, sequentialInflation } from '@attune/statistics';

/** What an experiment should find. */
export interface PlanQuestion {
  readonly baselineMean: number;
  /** 0 for a proportion. */
  readonly baselineStandardDeviation: number;
  readonly minimumRelativeLift: number;
  readonly power: number;
  readonly significance: number;
  readonly variantCount: number;
  readonly unitsPerDay: number;
}

/** What it takes. */
export interface Plan {
  readonly unitsPerVariant: number;
  readonly days: number;
  readonly sequentialDays: number;
}

/** How many units and days an experiment needs; all variants are of the same size. Throws `invalid.plan` with every violation. */
export function planExperiment(question: PlanQuestion): Plan {
  refuse(question);
  const { baselineMean, baselineStandardDeviation, minimumRelativeLift, power, variantCount, unitsPerDay } = question;
  // every variant beside the control is a comparison of its own, and each may raise a false alarm
  const alpha = question.significance / (variantCount - 1);
  const difference = baselineMean * minimumRelativeLift;
  const units =
    baselineStandardDeviation > 0
      ? samplesForMeans({ difference, standardDeviation: baselineStandardDeviation, alpha }, power)
      : samplesForProportions({ control: baselineMean, treatment: baselineMean + difference, alpha }, power);
  const variantShares = Array.from({ length: variantCount }, () => 1 / variantCount);
  const duration = (unitsPerVariant: number) =>
    planDuration({ unitsPerVariant, unitsPerDay, trafficShare: 1, variantShares }).days;
  return {
    unitsPerVariant: Math.ceil(units),
    days: duration(units),
    sequentialDays: duration(units * sequentialInflation(alpha, power)),
  };
}

function refuse(question: PlanQuestion): void {
  const { baselineMean, baselineStandardDeviation: deviation, minimumRelativeLift: lift } = question;
  const wrong: [boolean, string, string][] = [
    [!Number.isFinite(baselineMean) || baselineMean === 0, 'baseline_mean', 'must be a number other than 0'],
    [!(deviation >= 0 && Number.isFinite(deviation)), 'baseline_standard_deviation', 'must be a number from 0'],
    [!Number.isFinite(lift) || lift === 0, 'minimum_relative_lift', 'must be a number other than 0, 0.05 for 5 %'],
    [!(question.power > 0 && question.power < 1), 'power', 'must be between 0 and 1'],
    [!(question.significance > 0 && question.significance < 1), 'significance', 'must be between 0 and 1'],
    [!(question.variantCount >= 2 && question.variantCount <= 20), 'variant_count', 'must be 2 to 20'],
    [!(question.unitsPerDay > 0 && Number.isFinite(question.unitsPerDay)), 'units_per_day', 'must be above 0'],
    [
      deviation === 0 && !(isShare(baselineMean) && isShare(baselineMean * (1 + lift))),
      'baseline_mean',
      'must be between 0 and 1, and stay so with the lift, where there is no standard deviation: it is a proportion then',
    ],
  ];
  const violations: FieldViolation[] = wrong
    .filter(([isWrong]) => isWrong)
    .map(([, field, description]) => ({ field, description }));
  if (violations.length === 0) return;
  const text = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new AppError('invalid.plan', text, { violations });
}

const isShare = (value: number) => value > 0 && value < 1;
