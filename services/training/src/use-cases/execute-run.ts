import { AppError, isAppError, toAppError } from '@attune/errors';
import type { ModelVersion } from '../domain/model-version';
import { hasEnded, type RunOutcome, type RunProgress, type TrainingRun } from '../domain/run';
import { requireTrainer } from '../domain/trainers';
import type { Dataset, RunStore, TrainerRunner } from '../ports';
import { runEnded } from '../telemetry';
import { type EvaluateVersionPorts, evaluateVersion } from './evaluate-version';
import type { makeRegisterVersion } from './register-version';
import type { RunChanges } from './run-changes';

/** The share of a run's progress bar that building the dataset takes. */
const DATASET_SHARE = 0.25;

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
    const reporter = makeReporter(ports, runId, fencingToken, lost);
    let outcome: RunOutcome;
    try {
      outcome =
        run.kind === 'evaluation'
          ? await evaluateVersion(ports, run, { report: reporter.report, signal: either })
          : await trainAndRegister(ports, run, reporter.report, either);
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
  report: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const dataset = await datasetOf(ports, run, report, signal);
  const readAt = ports.clock();
  report({ fraction: DATASET_SHARE, phase: 'training', datasetId: dataset.datasetId });
  const champion = await inProduction(ports, run.model);
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

async function inProduction({ registry }: ExecuteRunPorts, model: string): Promise<ModelVersion | undefined> {
  const [version] = await registry.versions({ model, stage: 'production', limit: 1 });
  return version;
}

/** The set of an earlier attempt, so that its checkpoint fits; else a new one. */
async function datasetOf(
  { datasets, trainers }: ExecuteRunPorts,
  run: TrainingRun,
  report: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<Dataset> {
  const earlier = run.datasetId === undefined ? undefined : await datasets.find(run.datasetId);
  if (earlier !== undefined) return earlier;
  return datasets.build({
    need: requireTrainer(trainers, run.model).dataset,
    ...(run.from === undefined ? {} : { from: run.from }),
    ...(run.to === undefined ? {} : { to: run.to }),
    signal,
    onProgress: (fraction, rowCount) =>
      report({ fraction: fraction * DATASET_SHARE, phase: `reading interactions (${rowCount} rows)` }),
  });
}

/** Writes progress one step after the other and drops steps that newer ones have overtaken. */
function makeReporter(ports: ExecuteRunPorts, runId: string, fencingToken: number, lost: AbortController) {
  let waiting: RunProgress | undefined;
  let writing: Promise<void> | undefined;
  const writeAll = async () => {
    while (waiting !== undefined) {
      const progress = waiting;
      waiting = undefined;
      if (!(await ports.runs.progress(runId, fencingToken, progress, ports.clock()))) lost.abort();
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

async function isCancelled(ports: ExecuteRunPorts, runId: string): Promise<boolean> {
  return (await ports.runs.get(runId))?.state === 'cancelled';
}

function problemOf(error: unknown) {
  const known = error instanceof AppError ? error : toAppError(error);
  return { code: known.code, message: known.message };
}
