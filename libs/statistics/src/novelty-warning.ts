import { normalTail } from './distributions/normal';

/** Days below which a trend is not told from chance. */
const LEAST_DAYS = 7;
/** A trend is told below this p value: one steady experiment of a hundred is warned of. */
const THRESHOLD = 0.01;

/** The lift of one day, and how sure it is. */
export interface DailyLift {
  /** Counts from the experiment's start; days may be missing. */
  readonly day: number;
  readonly lift: number;
  /** Above 0; days without one are left out. */
  readonly standardError: number;
}

/** Whether a lift changes with time. `fading` is the novelty effect, `growing` that of users who learn. */
export type NoveltyWarning =
  | { readonly kind: 'too_short'; readonly days: number; readonly needs: number }
  | { readonly kind: 'steady' | 'fading' | 'growing'; readonly slopePerDay: number; readonly pValue: number };

/**
 * A line through the daily lifts, weighted by 1 / standardError^2 (weighted least squares with known variances). A slope with a two-sided
 * p value below 0.01 is a warning: `fading` where it leads from the lift of the first day towards 0 or through it, else `growing`. Needs
 * seven days.
 */
export function noveltyWarning(dailyLifts: readonly DailyLift[]): NoveltyWarning {
  const days = dailyLifts.filter(
    ({ lift, standardError }) => standardError > 0 && Number.isFinite(lift / standardError),
  );
  if (days.length < LEAST_DAYS) return { kind: 'too_short', days: days.length, needs: LEAST_DAYS };
  const sum = (of: (day: DailyLift) => number) =>
    days.reduce((total, day) => total + of(day) / day.standardError ** 2, 0);
  const weight = sum(() => 1);
  const [middle, level] = [sum(({ day }) => day) / weight, sum(({ lift }) => lift) / weight];
  const spread = sum(({ day }) => (day - middle) ** 2);
  if (!(spread > 0)) return { kind: 'too_short', days: 1, needs: LEAST_DAYS };
  const slopePerDay = sum(({ day, lift }) => (day - middle) * (lift - level)) / spread;
  const pValue = Math.min(1, 2 * normalTail(Math.abs(slopePerDay) * Math.sqrt(spread)));
  const first = level + slopePerDay * (Math.min(...days.map(({ day }) => day)) - middle);
  const kind = pValue >= THRESHOLD ? 'steady' : first * slopePerDay < 0 ? 'fading' : 'growing';
  return { kind, slopePerDay, pValue };
}
