import { type Comparison, comparisonOf } from './compare-estimates';
import { betaCdf } from './distributions/beta';
import { estimateOfMean } from './estimate';
import { checkMoments, type Moments, mergeMoments, momentsOf, NO_MOMENTS } from './moments';

/** What one user did with interleaved slates: how often the treatment's items were credited more, less, or as often. */
export interface InterleavedUser {
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

/** What users did, summed up; tallies of different users merge. */
export interface InterleavingTally {
  /** One value per user: (wins + ties / 2) / all of this user. */
  readonly users: Moments;
  readonly preferringTreatment: number;
  readonly preferringControl: number;
}

/** Nobody yet. */
export const NO_TALLY: InterleavingTally = { users: NO_MOMENTS, preferringTreatment: 0, preferringControl: 0 };

/** Whom the users prefer. */
export interface InterleavingTest {
  /** The mean over users of (wins + ties / 2) / all - 1/2: above 0 where the treatment is preferred, from -0.5 to 0.5. */
  readonly preference: number;
  readonly low: number;
  readonly high: number;
  /** Of the t test over users. */
  readonly pValue: number;
  readonly standardError: number;
  /** Of the exact two-sided sign test over users who prefer one of both. */
  readonly signPValue: number;
}

/** The tally of users; one entry per user, with all that this user did. Users without a slate are left out. */
export function tallyOf(users: readonly InterleavedUser[]): InterleavingTally {
  const counted = users.filter(({ wins, losses, ties }) => wins + losses + ties > 0);
  return {
    users: momentsOf(counted.map(({ wins, losses, ties }) => (wins + ties / 2) / (wins + losses + ties))),
    preferringTreatment: counted.filter(({ wins, losses }) => wins > losses).length,
    preferringControl: counted.filter(({ wins, losses }) => wins < losses).length,
  };
}

/** The tally of two groups of users that have nobody in common. */
export function mergeTallies(one: InterleavingTally, other: InterleavingTally): InterleavingTally {
  return {
    users: mergeMoments(one.users, other.users),
    preferringTreatment: one.preferringTreatment + other.preferringTreatment,
    preferringControl: one.preferringControl + other.preferringControl,
  };
}

/**
 * Whom users prefer in interleaved slates: the credit of Chapelle, Joachims, Radlinski and Yue 2012 (eq. 2) for each user, and the t test of
 * its mean over users. Each user weighs the same, so that slates of one user, which are alike, do not count as many, and nobody who clicks
 * all day decides. Throws `invalid.sample` for fewer than two users, `failed_precondition.no_variation` where all are of one mind exactly.
 */
export function interleavingTest(
  { users, preferringTreatment, preferringControl }: InterleavingTally,
  options: { readonly confidence?: number } = {},
): InterleavingTest {
  checkMoments('the interleaving', users);
  const { mean, standardError, count } = estimateOfMean(users);
  const found: Comparison = comparisonOf(mean - 0.5, standardError, count - 1, options);
  return {
    preference: found.difference,
    low: Math.max(-0.5, found.low),
    high: Math.min(0.5, found.high),
    pValue: found.pValue,
    standardError,
    signPValue: signTest(preferringTreatment, preferringControl),
  };
}

/** Two-sided: twice P(at most as few of a fair coin), by the Beta form of the binomial tail. */
function signTest(one: number, other: number): number {
  const few = Math.min(one, other);
  if (one === other) return 1;
  return Math.min(1, 2 * betaCdf(0.5, { a: one + other - few, b: few + 1 }));
}
