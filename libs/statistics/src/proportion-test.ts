import { AppError } from '@attune/errors';
import { checkConfidence } from './compare-estimates';
import { chiSquareTail } from './distributions/chi-square';
import { normalCritical } from './distributions/normal';

/** How many of how many. */
export interface Proportion {
  readonly successes: number;
  readonly count: number;
}

/** How two shares are compared. */
export interface ProportionTestOptions {
  /** The coverage of the interval, in (0, 1); 0.95 unless named. */
  readonly confidence?: number;
  /** Yates' correction for continuity; off unless asked for. */
  readonly isCorrected?: boolean;
}

/** Two shares beside each other. */
export interface ProportionTest {
  /** Treatment - control, in shares. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Pearson's chi-square with one degree of freedom. */
  readonly chiSquare: number;
  readonly pValue: number;
  /** Of the difference, with each variant's own share (unpooled). */
  readonly standardError: number;
}

/**
 * Pearson's chi-square test that two shares are equal (pooled), with Wald's interval of their difference (unpooled): R's
 * prop.test(treatment, control). Throws `invalid.proportion`, and `failed_precondition.no_variation` where nobody or everybody succeeded.
 */
export function proportionTest(
  control: Proportion,
  treatment: Proportion,
  { confidence = 0.95, isCorrected = false }: ProportionTestOptions = {},
): ProportionTest {
  checkProportion('control', control);
  checkProportion('treatment', treatment);
  checkConfidence(confidence);
  const [shareC, shareT] = [control.successes / control.count, treatment.successes / treatment.count];
  const pooled = (control.successes + treatment.successes) / (control.count + treatment.count);
  if (pooled === 0 || pooled === 1) {
    const who = pooled === 0 ? 'nobody' : 'everybody';
    throw new AppError('failed_precondition.no_variation', `${who} succeeded in either variant; wait for more data`);
  }
  const difference = shareT - shareC;
  const perUnit = 1 / control.count + 1 / treatment.count;
  // R never corrects by more than the difference itself
  const yates = isCorrected ? Math.min(0.5, Math.abs(difference) / perUnit) : 0;
  const chiSquare = (Math.abs(difference) - yates * perUnit) ** 2 / (pooled * (1 - pooled) * perUnit);
  const standardError = Math.sqrt((shareC * (1 - shareC)) / control.count + (shareT * (1 - shareT)) / treatment.count);
  const reach = normalCritical((1 - confidence) / 2) * standardError + yates * perUnit;
  return {
    difference,
    low: Math.max(-1, difference - reach),
    high: Math.min(1, difference + reach),
    chiSquare,
    pValue: chiSquareTail(chiSquare, 1),
    standardError,
  };
}

/** Throws `invalid.proportion` unless the successes are a part of one unit at least. */
export function checkProportion(name: string, { successes, count }: Proportion): void {
  if (!(count >= 1 && successes >= 0 && successes <= count && Number.isFinite(count))) {
    throw new AppError(
      'invalid.proportion',
      `${name} has ${successes} successes among ${count}; they must be a part of one at least`,
    );
  }
}
