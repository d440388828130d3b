import { percentText } from '../percent-text';

/** An interval of a lift for people: one that is not bounded yet says so. */
export function intervalText(low: number, high: number): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 'no bounds yet';
  return `${percentText(low, 1)} to ${percentText(high, 1)}`;
}
