import type { ArmState } from './arm-state';
import type { PolicySettings } from './policy-rules';

const HOUR_MS = 3_600_000;
/** Landmarks are whole multiples of so many half-lives: weights stay below 2^64, and a move scales by a power of two, which rounds nothing. */
const LANDMARK_HALF_LIVES = 64;
/** Evidence ages in steps of a half-life through this, so that probabilities can be kept between two steps: at most 0.07 % off. */
const AGE_STEPS = 1_024;

type HalfLife = Pick<PolicySettings, 'halfLifeHours'>;

/**
 * Forward decay (Cormode, Shkapenyuk, Srivastava, Xu 2009): the weight of an observation depends on its own time and the landmark alone,
 * so that observations can come in any order. 1 without a half-life.
 */
export function decayWeight({ halfLifeHours }: HalfLife, decidedAtMs: number, landmarkMs: number): number {
  return halfLifeHours === undefined ? 1 : 2 ** ((decidedAtMs - landmarkMs) / (halfLifeHours * HOUR_MS));
}

/** The landmark for an observation at that time: the last multiple of 64 half-lives, or the later one that the state has. */
export function landmarkFor({ halfLifeHours }: HalfLife, decidedAtMs: number, landmarkMs: number): number {
  if (halfLifeHours === undefined) return 0;
  const epochMs = LANDMARK_HALF_LIVES * halfLifeHours * HOUR_MS;
  return Math.max(landmarkMs, Math.floor(decidedAtMs / epochMs) * epochMs);
}

/** The state with its sums as seen from a later landmark. Exact: the factor is a power of two. */
export function moveLandmark({ halfLifeHours }: HalfLife, state: ArmState, landmarkMs: number): ArmState {
  if (halfLifeHours === undefined || landmarkMs === state.landmarkMs) return state;
  const epochMs = LANDMARK_HALF_LIVES * halfLifeHours * HOUR_MS;
  const factor = 2 ** (-LANDMARK_HALF_LIVES * Math.round((landmarkMs - state.landmarkMs) / epochMs));
  return {
    ...state,
    landmarkMs,
    weight: state.weight * factor,
    rewardSum: state.rewardSum * factor,
    squareSum: state.squareSum * factor,
    gram: state.gram.map((value) => value * factor),
    moment: state.moment.map((value) => value * factor),
  };
}

/** The time at which evidence is weighed: on a grid, and never before the latest decision of any arm, which would weigh more than 1. */
export function evidenceTimeMs({ halfLifeHours }: HalfLife, states: readonly ArmState[], atMs: number): number {
  if (halfLifeHours === undefined) return 0;
  const stepMs = (halfLifeHours * HOUR_MS) / AGE_STEPS;
  return states.reduce((latest, { latestMs }) => Math.max(latest, latestMs), Math.floor(atMs / stepMs) * stepMs);
}

/** What the sums of a state are multiplied by to be those of that time; 1 without a half-life. */
export function evidenceFactor(settings: HalfLife, state: ArmState, evidenceMs: number): number {
  return 1 / decayWeight(settings, evidenceMs, state.landmarkMs);
}
