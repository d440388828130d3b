import type { StepWidth } from './metric';

/** The beginning of the step that a time is in. */
export function stepBegin(at: Date, width: StepWidth): Date {
  const widthMs = width * 1_000;
  return new Date(Math.floor(at.getTime() / widthMs) * widthMs);
}
