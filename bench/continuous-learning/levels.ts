import { estimateInterval, pairMomentsOf, ratioMoments } from '@attune/statistics';

/** What people were shown on one day. */
export interface PlayedDay {
  readonly slates: number;
  /** The clicked slates that are expected of each user, by the simulator's own probabilities. */
  readonly expectedOf: ReadonlyMap<string, number>;
}

/** The share of slates with a click that is expected over some days. */
export function levelOf(days: readonly PlayedDay[]): number {
  const slates = days.reduce((sum, day) => sum + day.slates, 0);
  return [...totalsOf(days).values()].reduce((sum, value) => sum + value, 0) / slates;
}

/**
 * What is left of the level of some days, with a 95 % interval. People come as often in both, so that totals compare; they are the units, for
 * what one person is shown is alike from slate to slate.
 */
export function levelKept(before: readonly PlayedDay[], after: readonly PlayedDay[]) {
  const [totalsBefore, totalsAfter] = [totalsOf(before), totalsOf(after)];
  const users = [...new Set([...totalsBefore.keys(), ...totalsAfter.keys()])];
  const valuesOf = (totals: ReadonlyMap<string, number>) => users.map((user) => totals.get(user) ?? 0);
  const kept = ratioMoments(pairMomentsOf(valuesOf(totalsBefore), valuesOf(totalsAfter)));
  const { low, high } = estimateInterval(kept);
  return { ratio: kept.mean, low, high };
}

function totalsOf(days: readonly PlayedDay[]): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const { expectedOf } of days)
    for (const [user, expected] of expectedOf) totals.set(user, (totals.get(user) ?? 0) + expected);
  return totals;
}
