import type { RunProgress } from '../domain/run';
import type { Clock, RunStore } from '../ports';
import type { RunChanges } from './run-changes';

/** A run as one worker holds it. */
export interface ReportedRun {
  readonly runId: string;
  readonly fencingToken: number;
  /** Another worker has taken the run over. */
  readonly onLost: () => void;
}

/** Writes progress one step after the other and drops steps that newer ones have overtaken. */
export function makeReporter(
  ports: { readonly runs: Pick<RunStore, 'progress'>; readonly changes: RunChanges; readonly clock: Clock },
  { runId, fencingToken, onLost }: ReportedRun,
) {
  let waiting: RunProgress | undefined;
  let writing: Promise<void> | undefined;
  const writeAll = async () => {
    while (waiting !== undefined) {
      const progress = waiting;
      waiting = undefined;
      if (!(await ports.runs.progress(runId, fencingToken, progress, ports.clock()))) onLost();
      ports.changes.announce(runId);
    }
  };
  return {
    report: (progress: RunProgress) => {
      waiting = { ...waiting, ...progress };
      writing ??= writeAll()
        // Progress is news, not truth: a step that could not be written is not worth a training.
        .catch(() => undefined)
        .finally(() => {
          writing = undefined;
        });
    },
    settled: async () => {
      while (writing !== undefined) await writing;
    },
  };
}
