import { studentCritical } from '@attune/statistics';
import {
  countOf,
  type DropOptions,
  meanOf,
  type PerformanceJudgement,
  type PerformanceWindow,
  variancePerObservation,
  words,
} from './judge-performance-drop';

const DAY_MS = 86_400_000;
const LEAST_DAYS = 5;
const LEAST_COUNT = 100;
/**
 * Six standard errors. Days may be days of their own, which six of them tell badly: with a scatter of 4 % of their own this alarms three
 * times in a hundred years, where 5.1 errors do thirteen times.
 */
const CONFIDENCE = 1 - 2e-9;

/** What is said of a day. */
export interface DayJudgement extends PerformanceJudgement {
  /** When within the day it changed most probably; its beginning where nothing did. */
  readonly since: Date;
}

/**
 * Whether a measure of the last day has dropped against the days before, where so few people come that hours do not tell: `hours` are
 * those of all the days, the last one included, of which `end` is the end. How much it scatters is taken from hours around the means
 * of their time of the day, or from the days where they scatter more. The moment is where the cumulated shortfall below the middle of both levels is largest
 * (Page 1954).
 */
export function judgeDayDrop(
  hours: readonly PerformanceWindow[],
  end: Date,
  { relativeDrop = 0.05, higherIsBetter = true }: Omit<DropOptions, 'confidence'> = {},
): DayJudgement {
  const known = hours.filter(({ count, value }) => count > 0 && Number.isFinite(value));
  const ageOf = ({ at }: PerformanceWindow) => Math.ceil((end.getTime() - at.getTime()) / DAY_MS) - 1;
  const byDay = Map.groupBy(known, ageOf);
  const [today, before] = [byDay.get(0) ?? [], known.filter((hour) => ageOf(hour) > 0)];
  const days = [...byDay].filter(([age]) => age > 0).map(([, own]) => own);
  const [value, baseline] = [meanOf(today), meanOf(before)];
  const begin = new Date(end.getTime() - DAY_MS);
  const none = { dropped: false, baseline: null, value, relativeChange: null, bound: relativeDrop, since: begin };
  const insufficient = (reason: string) => ({ ...none, verdict: 'insufficient_data' as const, reason });
  if (days.length < LEAST_DAYS) return insufficient(`${days.length} days are too few: it takes ${LEAST_DAYS}`);
  if (countOf(today) < LEAST_COUNT) return insufficient(`${countOf(today)} observations are too few`);
  if (baseline === 0) return insufficient('the baseline is 0');
  const perObservation = Math.max(variancePerObservation(before), variancePerDay(days, baseline));
  const now = Math.min(countOf(today), countOf(before) / days.length);
  const error = Math.sqrt(perObservation / now + perObservation / countOf(before));
  const reach = (studentCritical((1 - CONFIDENCE) / 2, before.length - 1) * error) / Math.abs(baseline);
  const at = (value - baseline) / Math.abs(baseline);
  const relativeChange = { value: at, low: at - reach, high: at + reach };
  const dropped = higherIsBetter
    ? at <= -relativeDrop && relativeChange.high < 0
    : at >= relativeDrop && relativeChange.low > 0;
  return {
    ...none,
    ...{ verdict: dropped ? 'drop' : 'no_drop', dropped, baseline, relativeChange },
    reason: words(relativeChange, { dropped, confidence: CONFIDENCE, baseline, value }),
    ...(dropped ? { since: changeWithin(today, baseline) } : {}),
  };
}

/** Times the observations of a day: what days of their own add does not get less with more of them. */
function variancePerDay(days: readonly (readonly PerformanceWindow[])[], mean: number): number {
  const squares = days.reduce((sum, hours) => sum + countOf(hours) * (meanOf(hours) - mean) ** 2, 0);
  return squares / (days.length - 1);
}

/** The level after the change is only known when the change is: two rounds from the whole day's level settle it. */
function changeWithin(today: readonly PerformanceWindow[], baseline: number): Date {
  const hours = today.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  let from = 0;
  for (let round = 0; round < 2; round++) {
    const middle = (baseline + meanOf(hours.slice(from))) / 2;
    const sign = Math.sign(baseline - middle);
    let [best, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let at = hours.length - 1; at >= 0; at--) {
      sum += sign * hours[at]!.count * (middle - hours[at]!.value);
      if (sum > best) {
        best = sum;
        from = at;
      }
    }
  }
  return hours[from]!.at;
}
