import { AppError, isAppError, toAppError } from '@attune/errors';
import { hasEnded, type RunOutcome, type TrainingRun } from '../domain/run';
import type { Dataset, RunStore, TrainerRunner } from '../ports';
import { runEnded } from '../telemetry';
import { type EvaluateVersionPorts, evaluateVersion } from './evaluate-version';
import { inProduction } from './in-production';
import type { makeRegisterVersion } from './register-version';
import type { RunChanges } from './run-changes';
import { buildRunDataset, DATASET_SHARE, type RunWatch } from './run-dataset';
import { makeReporter } from './run-reporter';

/** What executing a run needs. */
export interface ExecuteRunPorts extends EvaluateVersionPorts {
  readonly runs: RunStore;
  readonly trainer: TrainerRunner;
  readonly registerVersion: ReturnType<typeof makeRegisterVersion>;
  readonly changes: RunChanges;
}

/**
 * Executes a queued run: an evaluation, or dataset, training in a child process, registration, and promotion where asked for. Every
 * write carries the job's fencing token, so that a worker that was given up cannot disturb the one that took over.
 */
export function makeExecuteRun(ports: ExecuteRunPorts) {
  return async (runId: string, { fencingToken, signal }: { fencingToken: number; signal: AbortSignal }) => {
    const run = await ports.runs.claim(runId, fencingToken, ports.clock());
    if (run === undefined) return;
    ports.changes.announce(runId);
    const lost = new AbortController();
    const either = AbortSignal.any([signal, lost.signal]);
    const reporter = makeReporter(ports, { runId, fencingToken, onLost: () => lost.abort() });
    const watch = { report: reporter.report, signal: either };
    let outcome: RunOutcome;
    try {
      outcome =
        run.kind === 'evaluation'
          ? await evaluateVersion(ports, run, watch)
          : await trainAndRegister(ports, run, watch);
    } catch (error) {
      await reporter.settled();
      // A worker that stops hands its run on; the queue gives it to another one.
      if (signal.aborted && !(await isCancelled(ports, runId))) throw error;
      if (lost.signal.aborted) return forgetEnded(ports, runId);
      if (isAppError(error, 'unavailable')) throw error;
      outcome = { state: 'failed', problem: problemOf(error) };
    }
    await reporter.settled();
    const isFinished = await ports.runs.finish(runId, fencingToken, outcome, ports.clock());
    if (isFinished) runEnded({ model: run.model, state: outcome.state });
    ports.changes.announce(runId);
    await forgetEnded(ports, runId);
  };
}

/** Deletes what a run would go on from, once it cannot go on. What is left behind costs space and nothing else. */
async function forgetEnded({ runs, trainer }: ExecuteRunPorts, runId: string): Promise<void> {
  const run = await runs.get(runId);
  if (run !== undefined && hasEnded(run)) await trainer.forget(runId).catch(() => undefined);
}

async function trainAndRegister(
  ports: ExecuteRunPorts,
  run: TrainingRun,
  { report, signal }: RunWatch,
): Promise<RunOutcome> {
  const dataset = await datasetOf(ports, run, { report, signal });
  const readAt = ports.clock();
  report({ fraction: DATASET_SHARE, phase: 'training', datasetId: dataset.datasetId });
  const champion = await inProduction(ports.registry, run.model);
  const artifact = await ports.trainer.train({
    runId: run.runId,
    trainer: run.model,
    settings: run.settings,
    dataset,
    ...(champion === undefined ? {} : { champion: { version: champion.ref.version, settings: champion.settings } }),
    ...(champion === undefined || !run.warmStart ? {} : { previousDigest: champion.ref.digest }),
    createdAt: run.createdAt,
    signal,
    onProgress: ({ fraction, ...rest }) =>
      report({ ...rest, fraction: DATASET_SHARE + fraction * (0.96 - DATASET_SHARE) }),
  });
  signal.throwIfAborted();
  report({ fraction: 0.97, phase: 'checking the artifact' });
  const registered = await ports.registerVersion({ run, dataset, readAt, artifact, signal });
  return { state: 'succeeded', metrics: artifact.metrics, ...registered };
}

/** The set of an earlier attempt, so that its checkpoint fits; else a new one. */
async function datasetOf(ports: ExecuteRunPorts, run: TrainingRun, watch: RunWatch): Promise<Dataset> {
  const earlier = run.datasetId === undefined ? undefined : await ports.datasets.find(run.datasetId);
  return earlier ?? buildRunDataset(ports, run, watch);
}

async function isCancelled(ports: ExecuteRunPorts, runId: string): Promise<boolean> {
  return (await ports.runs.get(runId))?.state === 'cancelled';
}

function problemOf(error: unknown) {
  const known = error instanceof AppError ? error : toAppError(error);
  return { code: known.code, message: known.message };
}
