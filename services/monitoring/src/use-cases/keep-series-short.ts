import type { FactStore } from '../fact-ports';
import type { SeriesUpkeep } from '../measure-ports';
import type { Clock } from '../ports';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const HOURS_PER_ROUND = 48;

/** Makes one round of upkeep: old facts go, old minutes become hours, and old hours go. */
export function makeKeepSeriesShort({
  facts,
  series,
  clock,
  settings,
}: {
  readonly facts: Pick<FactStore, 'prune'>;
  readonly series: SeriesUpkeep;
  readonly clock: Clock;
  readonly settings: { readonly factDays: number; readonly minuteDays: number; readonly seriesDays: number };
}) {
  return async function keepSeriesShort({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const before = (days: number, hours = 0) => new Date(clock().getTime() - days * DAY_MS - hours * HOUR_MS);
    await facts.prune(clock());
    // not while a fact that comes late could still change them
    const settled = before(Math.max(settings.factDays, settings.minuteDays), 1);
    for (const hour of await series.hoursOfMinutes(settled, HOURS_PER_ROUND)) {
      if (signal.aborted) return;
      await series.rollUp(hour);
    }
    await series.prune(before(settings.seriesDays));
    await series.forgetLabels(before(settings.minuteDays));
  };
}
