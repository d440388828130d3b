import type { Interactions } from '@attune/interactions';

/** A half-life from which on age does not count. */
export const NO_AGEING_DAYS = 36_500;

/** What is left of the oldest: who came long ago is still known by what they liked then. */
const LEAST_FACTOR = 0.02;

const DAY_MS = 86_400_000;

/** The newest of some observations; minus infinity where all times are unknown. */
export function newestOf({ timeMs }: Pick<Interactions, 'timeMs'>): number {
  return timeMs.reduce(
    (latest, time) => (Number.isNaN(time) ? latest : Math.max(latest, time)),
    Number.NEGATIVE_INFINITY,
  );
}

/**
 * [entries]: what the age of each observation leaves of its weight, 2^(-age / half-life) and at least .02; `newest` has age 0. Undefined
 * where age does not count: at `NO_AGEING_DAYS`, and where times are unknown.
 */
export function ageFactors(
  { timeMs }: Pick<Interactions, 'timeMs'>,
  halfLifeDays: number,
  newest = newestOf({ timeMs }),
): Float64Array | undefined {
  if (halfLifeDays >= NO_AGEING_DAYS || newest === Number.NEGATIVE_INFINITY) return undefined;
  const factorOf = (time: number) => Math.max(LEAST_FACTOR, 2 ** ((time - newest) / (halfLifeDays * DAY_MS)));
  return Float64Array.from(timeMs, (time) => (Number.isNaN(time) ? LEAST_FACTOR : factorOf(time)));
}
