import type { HourCounters, StaleHours } from '../measure-ports';
import type { Clock } from '../ports';

const KEPT_MS = 7 * 86_400_000;
const PER_ROUND = 200;

/** Makes one round of bringing the counters by hour up to date with the series; all of the past week where they were lost. */
export function makeMeasureHours({
  hours,
  counters,
  clock,
}: {
  readonly hours: StaleHours;
  readonly counters: HourCounters;
  readonly clock: Clock;
}) {
  return async function measureHours({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const oldest = new Date(clock().getTime() - KEPT_MS);
    const wereLost = await counters.areLost();
    if (wereLost) await hours.allStaleFrom(oldest);
    for (const { hour, touch } of await hours.stale(PER_ROUND)) {
      if (signal.aborted) return;
      if (hour >= oldest) await counters.put(hour, await hours.countsOf(hour), clock());
      await hours.fresh(hour, touch);
    }
    if (wereLost) await counters.complete();
  };
}
