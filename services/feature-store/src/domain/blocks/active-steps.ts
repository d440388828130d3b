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
  const found = { sessions: 0, steps: 0, last: Number.NEGATIVE_INFINITY };
  for (let age = WORDS - 1; age >= 0; age--) {
    const bits = slots[at + 1 + age]!;
    if (bits === 0) continue;
    const first = (newest - age) * STEPS_PER_WORD;
    if (first + STEPS_PER_WORD <= oldest) continue;
    // halves fit in the whole numbers that bit operators work on
    addSteps(found, bits % HALF, first, oldest);
    addSteps(found, Math.floor(bits / HALF), first + STEPS_PER_WORD / 2, oldest);
  }
  return found.sessions === 0 ? undefined : (found.steps * STEP_MINUTES) / found.sessions;
}

const HALF = 2 ** (STEPS_PER_WORD / 2);

/** Goes through the bits that are set, from the lowest on. */
function addSteps(
  found: { sessions: number; steps: number; last: number },
  bits: number,
  first: number,
  oldest: number,
) {
  for (let rest = bits | 0; rest !== 0; rest &= rest - 1) {
    const step = first + 31 - Math.clz32(rest & -rest);
    if (step <= oldest) continue;
    const isNew = step - found.last > PAUSE_STEPS;
    if (isNew) found.sessions++;
    found.steps += isNew ? 1 : step - found.last;
    found.last = step;
  }
}
