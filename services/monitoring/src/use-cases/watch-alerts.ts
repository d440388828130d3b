import { setTimeout as pause } from 'node:timers/promises';
import type { AlertStore } from '../alert-book-ports';
import { type Alert, rankOf } from '../domain/alerts/alert';
import type { Clock } from '../ports';

/** How soon a watcher hears of what any replica wrote. */
const LOOK_EVERY_MS = 500;
const MOST_AT_ONCE = 200;

/** Follows alerts: those that are open first, then every change, in order and without a gap. */
export function makeWatchAlerts({ alerts, clock }: { readonly alerts: AlertStore; readonly clock: Clock }) {
  return async function* watchAlerts(
    { leastRank }: { readonly leastRank: number },
    { signal }: { readonly signal: AbortSignal },
  ): AsyncIterable<Alert> {
    // before what is open is read: what changes in between comes twice, and not never
    let place = await alerts.latestSequence();
    const now = clock();
    for (const standing of ['open', 'acknowledged', 'silenced'] as const) {
      yield* await alerts.list({ standing, leastRank, limit: 1_000, now });
    }
    while (!signal.aborted) {
      const changes = await alerts.changesAfter(place, MOST_AT_ONCE);
      for (const { sequence, alert } of changes) {
        place = sequence;
        if (rankOf(alert.severity) >= leastRank) yield alert;
      }
      if (changes.length < MOST_AT_ONCE) await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}
