import { AppError, isAppError, toAppError } from '@attune/errors';
import type { ModelVersion } from '../domain/model-version';
import { hasEnded, type RunOutcome, type RunProgress, type TrainingRun } from '../domain/run';
import type { Trainer } from '../domain/trainer';
import { requireTrainer } from '../domain/trainers';
import type { Clock, Dataset, DatasetBuilder, ModelRegistry, RunStore, TrainerRunner } from '../ports';
import { runEnded } from '../telemetry';
import type { RunChanges } from './run-changes';

/** The share of a run's progress bar that building the dataset takes. */
const DATASET_SHARE = 0.25;

/** What executing a run needs. */
export interface ExecuteRunPorts {
  readonly runs: RunStore;
  readonly datasets: DatasetBuilder;
  readonly trainer: TrainerRunner;
  readonly trainers: ReadonlyMap<string, Trainer>;
  readonly registry: ModelRegistry;
  readonly publishStageChanges: () => Promise<unknown>;
  readonly changes: RunChanges;
  readonly clock: Clock;
}

/**
 * Executes a queued run: dataset, training in a child process, registration, and promotion where asked for. Every write
 * carries the job's fencing token, so that a worker that was given up cannot disturb the one that took over.
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
      outcome = await trainAndRegister(ports, run, reporter.report, either);
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
  report({ fraction: DATASET_SHARE, phase: 'training', datasetId: dataset.datasetId });
  const previous = run.warmStart ? await inProduction(ports, run.model) : undefined;
  const artifact = await ports.trainer.train({
    runId: run.runId,
    trainer: run.model,
    settings: run.settings,
    dataset,
    ...(previous === undefined ? {} : { previousDigest: previous.ref.digest }),
    createdAt: run.createdAt,
    signal,
    onProgress: ({ fraction, ...rest }) =>
      report({ ...rest, fraction: DATASET_SHARE + fraction * (0.98 - DATASET_SHARE) }),
  });
  signal.throwIfAborted();
  const { digest, metrics, sizeBytes, userCount, itemCount } = artifact;
  const version = await ports.registry.register(
    {
      model: run.model,
      kind: run.model,
      digest,
      metrics,
      runId: run.runId,
      datasetId: dataset.datasetId,
      settings: run.settings,
      sizeBytes,
      userCount,
      itemCount,
      createdAt: ports.clock(),
    },
    run.actor,
  );
  if (run.promote) {
    const move = { model: run.model, version: version.ref.version, to: 'production', actor: run.actor } as const;
    await ports.registry.move({ ...move, reason: `run ${run.runId} asked for promotion` }, ports.clock());
  }
  await ports.publishStageChanges();
  return { state: 'succeeded', metrics, version: version.ref };
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
