import type { TrainingRun } from '../domain/run';
import type { Clock, RunQueue, RunStore } from '../ports';
import type { RunChanges } from './run-changes';
import { runNotFound } from './watch-training';

/** Ends a run that has not ended; one that has stays as it is. */
export function makeCancelTraining(ports: {
  readonly runs: RunStore;
  readonly queue: RunQueue;
  readonly clock: Clock;
  readonly changes: RunChanges;
}) {
  return async (runId: string): Promise<TrainingRun> => {
    const run = await ports.runs.cancel(runId, ports.clock());
    if (run === undefined) throw runNotFound(runId);
    await ports.queue.cancel(runId);
    ports.changes.announce(runId);
    return run;
  };
}
