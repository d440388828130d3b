import { normalCritical } from '@attune/statistics';

/** Sums of one user. Of a measure without a denominator of the user's own, `den` is 0 throughout. */
export interface UserSums {
  /** Of the group. */
  readonly num: number;
  readonly den: number;
  /** Of everybody and everything. */
  readonly wholeNum: number;
  readonly wholeDen: number;
}

/** -ln 0.05: none of n happened, and with 95 % the expectation is below this (the rule of three). */
const OF_NOBODY = 3;

/** A ratio with its 95 % interval. */
export interface RatioToWhole {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * (num / den) / (wholeNum / wholeDen) over users, each a cluster: the delta method on the logarithm, so that what a user brings to the
 * group and to the whole is taken together. With `fixed`, the quotient of the denominators is known, a share of the catalogue for instance.
 * A group that got nothing has a ratio of 0, certain by the rule of three. Null where another of the sums is 0.
 */
export function ratioToWhole(users: readonly UserSums[], fixed?: number): RatioToWhole | null {
  const total = (of: (user: UserSums) => number) => users.reduce((sum, user) => sum + of(user), 0);
  const [num, den] = [total((user) => user.num), total((user) => user.den)];
  const [wholeNum, wholeDen] = [total((user) => user.wholeNum), total((user) => user.wholeDen)];
  const hasDen = fixed === undefined;
  if (!(wholeNum > 0) || (hasDen && !(den > 0 && wholeDen > 0))) return null;
  const share = hasDen ? den / wholeDen : fixed;
  if (num === 0) return { value: 0, low: 0, high: mostOfNothing(users) / wholeNum / share };
  const influence = (user: UserSums) =>
    user.num / num - user.wholeNum / wholeNum - (hasDen ? user.den / den - user.wholeDen / wholeDen : 0);
  const variance = (total((user) => influence(user) ** 2) * users.length) / Math.max(1, users.length - 1);
  const log = Math.log(num / wholeNum / share);
  const reach = normalCritical(0.025) * Math.sqrt(variance);
  return { value: Math.exp(log), low: Math.exp(log - reach), high: Math.exp(log + reach) };
}

/** Where nobody of a group got anything, with 95 % it is as if three users had got what those who got something get on average. */
function mostOfNothing(users: readonly UserSums[]): number {
  const some = users.filter(({ wholeNum }) => wholeNum > 0);
  return (OF_NOBODY * some.reduce((sum, { wholeNum }) => sum + wholeNum, 0)) / some.length;
}
