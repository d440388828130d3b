import { makeNewest } from './windowed-count';

/**
 * A building block of features: when somebody was active lately, as one bit per step of five minutes over about a week. Setting
 * a bit twice is setting it once, so order does not matter; sessions are read off the bits.
 *
 * Slots: [number of the newest word, its bits, the bits of the word before, ...], 52 steps in a word: whole numbers below 2^52.
 */
const STEP_MINUTES = 5;
const STEP_MS = STEP_MINUTES * 60_000;
const STEPS_PER_WORD = 52;
const WORDS = 40;
/** A pause of half an hour ends a session. */
const PAUSE_STEPS = 6;

/** The slots of somebody who was never active. */
export const NEVER_ACTIVE: readonly number[] = [-1, ...new Array<number>(WORDS).fill(0)];

/** Notes that somebody was active at a moment, in the slots from `at` on. */
export function markActive(slots: Float64Array, at: number, whenMs: number): void {
  const step = Math.floor(whenMs / STEP_MS);
  const word = Math.floor(step / STEPS_PER_WORD);
  makeNewest(slots, at, word, WORDS);
  const age = slots[at]! - word;
  if (age >= WORDS) return;
  const bit = 2 ** (step % STEPS_PER_WORD);
  const bits = slots[at + 1 + age]!;
  if (Math.floor(bits / bit) % 2 === 0) slots[at + 1 + age] = bits + bit;
}

/** The mean length in minutes of the sessions of the last seven days, in steps of five; undefined without sessions. */
export function averageSessionMinutes(slots: Float64Array, at: number, nowMs: number): number | undefined {
  const newest = slots[at]!;
  if (newest < 0) return undefined;
  const oldest = Math.floor(nowMs / STEP_MS) - 7 * 24 * (60 / STEP_MINUTES);
  let sessions = 0;
  let steps = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let age = WORDS - 1; age >= 0; age--) {
    let bits = slots[at + 1 + age]!;
    for (let step = (newest - age) * STEPS_PER_WORD; bits > 0; step++, bits = Math.floor(bits / 2)) {
      if (bits % 2 === 0 || step <= oldest) continue;
      const isNew = step - last > PAUSE_STEPS;
      if (isNew) sessions++;
      steps += isNew ? 1 : step - last;
      last = step;
    }
  }
  return sessions === 0 ? undefined : (steps * STEP_MINUTES) / sessions;
}
