import { AppError } from '@attune/errors';
import { checkConfidence } from './compare-estimates';

/** The units of both variants together at which a sequence is tightest, unless told otherwise. */
export const DEFAULT_TUNED_FOR = 10_000;
/** Effective units below which a sequence says nothing: standard errors of so few units are too rough. */
export const LEAST_UNITS = 100;

/** A difference at one look, and how many units it comes from. */
export interface Look {
  /** Treatment - control. */
  readonly difference: number;
  readonly standardError: number;
  /** Effective units of both variants together, see `effectiveCount`. */
  readonly count: number;
}

/** How a sequence is made; the same at every look, and chosen before the data are seen. */
export interface SequenceOptions {
  /** The chance that any interval of all looks misses the truth; 0.05 unless named. */
  readonly alpha?: number;
  /** The effective units at which the intervals should be tightest. Any choice is valid; a far one costs width. */
  readonly tunedFor?: number;
}

/** The interval of one look, which holds together with those of all other looks. */
export interface SequentialInterval {
  readonly low: number;
  readonly high: number;
  /** At most alpha with a chance of at most alpha over all looks; the running minimum over looks holds as well. */
  readonly pValue: number;
  /** Whether there were units enough to say anything; else the interval is everything and the p value 1. */
  readonly isWarm: boolean;
}

/** As many units as would give the same certainty where halved: 4 / (1 / control + 1 / treatment). Equal halves give their sum. */
export function effectiveCount(control: number, treatment: number): number {
  return control > 0 && treatment > 0 ? 4 / (1 / control + 1 / treatment) : 0;
}

/**
 * The asymptotic confidence sequence of a normal mixture (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, thm. 2.2; Howard, Ramdas,
 * McAuliffe and Sekhon 2021, eq. 14), which inverts the mixture test of Johari, Koomen, Pekelis and Walsh 2017: with n units and
 * k = n rho^2 the interval is difference +- se sqrt((k + 1) / k * 2 ln(sqrt(k + 1) / alpha)). It holds at every look at once, however the
 * looks are chosen, as soon as standard errors are about right; hence the `LEAST_UNITS`.
 */
export function confidenceSequence(look: Look, options: SequenceOptions = {}): SequentialInterval {
  const { alpha = 0.05 } = options;
  const { difference, standardError, count } = look;
  const pValue = alwaysValidPValue(look, options);
  if (!isWarm(look)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, pValue, isWarm: false };
  const k = count * mixtureRate(options);
  const reach = standardError * Math.sqrt(((k + 1) / k) * 2 * Math.log(Math.sqrt(k + 1) / alpha));
  return { low: difference - reach, high: difference + reach, pValue, isWarm: true };
}

/**
 * min(1, 1 / likelihood ratio of the normal mixture) against "no difference" (Johari et al. 2017, eq. 6): below alpha exactly when the
 * sequence's interval for alpha leaves 0 out. `alpha` here only tunes the mixture.
 */
export function alwaysValidPValue(look: Look, options: SequenceOptions = {}): number {
  checkSequence(options);
  if (!isWarm(look)) return 1;
  const k = look.count * mixtureRate(options);
  const z = look.difference / look.standardError;
  const logRatio = (z * z * k) / (2 * (k + 1)) - Math.log(k + 1) / 2;
  return Math.min(1, Math.exp(-logRatio));
}

/** rho^2 per unit that makes the interval tightest at `tunedFor` (Waudby-Smith et al. 2021, eq. 14 by its first terms). */
function mixtureRate({ alpha = 0.05, tunedFor = DEFAULT_TUNED_FOR }: SequenceOptions): number {
  const twoLogs = -2 * Math.log(alpha);
  return (twoLogs + Math.log(twoLogs + 1)) / tunedFor;
}

function isWarm({ difference, standardError, count }: Look): boolean {
  return count >= LEAST_UNITS && standardError > 0 && Number.isFinite(difference) && Number.isFinite(standardError);
}

function checkSequence({ alpha = 0.05, tunedFor = DEFAULT_TUNED_FOR }: SequenceOptions): void {
  checkConfidence(1 - alpha);
  if (!(tunedFor > 0 && Number.isFinite(tunedFor))) {
    throw new AppError(
      'invalid.tuned_for',
      `a sequence cannot be tuned for ${tunedFor} units; name the units that you expect`,
    );
  }
}
