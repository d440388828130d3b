/** How many hourly buckets the popularity of the moment looks back on. */
export const POPULARITY_HOURS = 72;
/** After so many hours an interaction counts half. */
export const POPULARITY_HALF_LIFE_HOURS = 12;

/** The number of the hour, counted from 1970, that a moment falls into. */
export function hourOf(moment: Date): number {
  return Math.floor(moment.getTime() / 3_600_000);
}

/** The hours that count now, newest first, each with the weight of what happened in it. */
export function weightedHours(now: Date): { readonly hour: number; readonly weight: number }[] {
  const newest = hourOf(now);
  return Array.from({ length: POPULARITY_HOURS }, (_, age) => ({
    hour: newest - age,
    weight: 0.5 ** (age / POPULARITY_HALF_LIFE_HOURS),
  }));
}
