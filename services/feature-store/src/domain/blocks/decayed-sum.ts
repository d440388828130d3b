import { makeNewest } from './windowed-count';

/**
 * A building block of features: a sum that loses half its weight per half-life, exact to the last bit whatever the order of
 * events.
 *
 * A plain decayed sum adds fractions, and fractions added in another order give other bits. Here each event adds an integer
 * to the sum of its period (one half-life long): `round(amount * 2^20 * 2^f)`, with f the fraction of the period that had
 * passed. Integers below 2^53 add up exactly. Periods older than the newest by `PERIODS` or more are dropped, early or late
 * alike; they would weigh less than 2^-PERIODS.
 *
 * Slots: [number of the newest period, its sum, the sum of the period before, ...].
 */
const PERIODS = 12;
const SCALE = 2 ** 20;

/** What a period weighs by its age in half-lives: powers of two, which are exact. */
const WEIGHTS = Float64Array.from({ length: PERIODS }, (_, age) => 2 ** -age);

/** The slots of a sum that nothing was added to. */
export const EMPTY_DECAYED_SUM: readonly number[] = [-1, ...new Array<number>(PERIODS).fill(0)];

/** Adds `amount` (a few hundred at most) at a moment since 1970, to the slots from `at` on. */
export function addDecayed(slots: Float64Array, at: number, amount: number, whenMs: number, halfLifeMs: number): void {
  const halfLives = whenMs / halfLifeMs;
  const period = Math.floor(halfLives);
  makeNewest(slots, at, period, PERIODS);
  const age = slots[at]! - period;
  if (age < PERIODS) slots[at + 1 + age]! += Math.round(amount * SCALE * 2 ** (halfLives - period));
}

/** The sum as it weighs at a moment; an event of that very moment weighs its whole amount. */
export function decayedSumAt(slots: Float64Array, at: number, nowMs: number, halfLifeMs: number): number {
  const newest = slots[at]!;
  if (newest < 0) return 0;
  let sum = 0;
  for (let age = 0; age < PERIODS; age++) sum += slots[at + 1 + age]! * WEIGHTS[age]!;
  return (sum / SCALE) * 2 ** (newest - nowMs / halfLifeMs);
}
