import type { SimulationReport } from './run-simulation';
import { clickRate, clicksPerImpression, type TrafficTotals } from './traffic-totals';

/** What came of simulated traffic, for programs. Rates are shares from 0 to 1, null where nothing was shown. */
export function trafficDocument({ book, hours, seconds, learning, isInterrupted }: SimulationReport) {
  const each = (totals: ReadonlyMap<string, TrafficTotals>) =>
    Object.fromEntries([...totals].map(([name, one]) => [name, withRates(one)]));
  return {
    ...{ hours, hour: Math.min(hours, book.hour), seconds, isInterrupted, degradedSlates: book.degraded },
    degradedBy: Object.fromEntries(book.degradedBy),
    all: withRates(book.all),
    shift:
      book.shift === undefined
        ? null
        : {
            atHour: book.shift.atHour,
            before: withRates(book.shift.before),
            since: withRates(book.shift.since),
          },
    strategies: each(book.byStrategy),
    variants: each(book.byVariant),
    policy: learning.policy ?? null,
    experiment: learning.experiment ?? null,
    problems: learning.problems,
  };
}

function withRates(totals: TrafficTotals) {
  return {
    ...totals,
    clickRate: clickRate(totals) ?? null,
    clicksPerImpression: clicksPerImpression(totals) ?? null,
  };
}
