import type { Arrivals, LearningAlerts, LearningCycles } from '../../learning-ports';
import type { Clock } from '../../ports';
import type { makeAdvanceCycle } from './advance-cycle';
import type { makeDecideModels } from './decide-models';

/** How long it is known which alerts there were. */
const ALERTS_KEPT_MS = 30 * 24 * 3_600_000;
/** How long it is known how many interactions happened in a minute. */
const ARRIVALS_KEPT_MS = 400 * 24 * 3_600_000;

/** Makes the use case, done every few seconds in one replica: begins the cycles that are decided, and takes every one a step on. */
export function makeKeepLearning(parts: {
  readonly cycles: Pick<LearningCycles, 'underWay'>;
  readonly alerts: Pick<LearningAlerts, 'forgetClosedBefore'>;
  readonly arrivals: Pick<Arrivals, 'forgetBefore'>;
  readonly advanceCycle: ReturnType<typeof makeAdvanceCycle>;
  readonly decideModels: ReturnType<typeof makeDecideModels>;
  readonly clock: Clock;
  /** Told of a cycle that cannot go on now; it is tried again. */
  readonly onStuck: (error: unknown, cycleId: string) => void;
}) {
  return async function keepLearning({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    // first, so that what is decided begins in the same look
    await parts.decideModels();
    for (const cycle of await parts.cycles.underWay()) {
      signal.throwIfAborted();
      await parts.advanceCycle(cycle, { signal }).catch((error: unknown) => {
        if (signal.aborted) throw error;
        parts.onStuck(error, cycle.cycleId);
      });
    }
    const nowMs = parts.clock().getTime();
    await parts.alerts.forgetClosedBefore(new Date(nowMs - ALERTS_KEPT_MS));
    await parts.arrivals.forgetBefore(new Date(nowMs - ARRIVALS_KEPT_MS));
  };
}
