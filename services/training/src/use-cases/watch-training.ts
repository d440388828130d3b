import { AppError } from '@attune/errors';
import { hasEnded } from '../domain/run';
import type { RunStep, RunStore } from '../ports';
import type { RunChanges } from './run-changes';

/** How long a watcher waits for a change made by another process before it looks again. */
const POLL_MS = 500;

/** Streams a run's steps from the first one on, until the run has ended. */
export function makeWatchTraining(ports: { readonly runs: RunStore; readonly changes: RunChanges }) {
  return async function* watchTraining(runId: string, { signal }: { signal: AbortSignal }): AsyncIterable<RunStep> {
    if ((await ports.runs.get(runId)) === undefined) throw runNotFound(runId);
    let sequence = 0;
    while (!signal.aborted) {
      // Asked for before reading, so that a change between reading and waiting is not missed.
      const changed = ports.changes.next(runId, { timeoutMs: POLL_MS, signal });
      const steps = await ports.runs.stepsAfter(runId, sequence);
      for (const step of steps) {
        sequence = step.sequence;
        yield step;
      }
      const last = steps.at(-1);
      if (last !== undefined && hasEnded(last.run)) return;
      await changed;
    }
  };
}

/** The error of a run id that nobody knows. */
export function runNotFound(runId: string): AppError {
  return new AppError('not_found.run', `run "${runId}" does not exist; ListRuns shows the runs there are`);
}
