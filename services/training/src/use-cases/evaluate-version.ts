import { AppError } from '@attune/errors';
import { flatEstimates } from '../domain/evaluation';
import type { ModelVersion } from '../domain/model-version';
import type { RunOutcome, TrainingRun } from '../domain/run';
import type { Trainer } from '../domain/trainer';
import { requireTrainer } from '../domain/trainers';
import type { EvaluationStore, VersionEvaluator } from '../evaluation-ports';
import type { Clock, Dataset, DatasetBuilder, ModelRegistry } from '../ports';
import type { EvaluationSettings } from './evaluate-model';
import { inProduction } from './in-production';
import { buildRunDataset, DATASET_SHARE, type RunWatch } from './run-dataset';

/** What evaluating needs. */
export interface EvaluateVersionPorts {
  readonly registry: ModelRegistry;
  readonly datasets: DatasetBuilder;
  readonly evaluator: VersionEvaluator;
  readonly evaluations: EvaluationStore;
  readonly trainers: ReadonlyMap<string, Trainer>;
  readonly clock: Clock;
}

/**
 * Does the work of a run that evaluates: asks the version, the one in production and a baseline what users did after both versions
 * were trained. On a named data set where nothing is so new, it hides what users did last, and notes that the versions had seen it.
 */
export async function evaluateVersion(
  ports: EvaluateVersionPorts,
  run: TrainingRun,
  { report, signal }: RunWatch,
): Promise<RunOutcome> {
  const settings = run.settings as unknown as EvaluationSettings;
  const version = await ports.registry.get(run.model, settings.version);
  const production = await inProduction(ports.registry, version.ref.model);
  const champion = production?.ref.version === version.ref.version ? undefined : production;
  const dataset = await datasetOf(ports, run, { report, signal });
  report({ fraction: DATASET_SHARE, phase: 'evaluating', datasetId: dataset.datasetId });
  const measurement = await ports.evaluator.evaluate({
    trainer: version.kind,
    digest: version.ref.digest,
    ...(champion && { champion: champion.ref }),
    dataset,
    askedFrom: latest([version, ...(champion === undefined ? [] : [champion])]),
    mayAskWhatWasSeen: settings.dataset_id !== '',
    metrics: settings.metrics,
    signal,
    onProgress: ({ fraction, phase }) => report({ fraction: DATASET_SHARE + fraction * (1 - DATASET_SHARE), phase }),
  });
  const { datasetId } = dataset;
  const evaluationId = run.runId;
  await ports.evaluations.save({
    ...measurement,
    ...{ evaluationId, ref: version.ref, runId: run.runId, datasetId, createdAt: ports.clock(), actor: run.actor },
  });
  return {
    state: 'succeeded',
    metrics: { ...flatEstimates(measurement.metrics), evaluated_users: measurement.userCount },
    version: version.ref,
    evaluationId,
  };
}

async function datasetOf(ports: EvaluateVersionPorts, run: TrainingRun, watch: RunWatch): Promise<Dataset> {
  const { dataset_id: wanted } = run.settings as unknown as EvaluationSettings;
  if (wanted === '') return buildRunDataset(ports, run, watch);
  const found = await ports.datasets.find(wanted);
  if (found === undefined) {
    throw new AppError('not_found.dataset', `there is no data set "${wanted}", or an erasure has taken it away`);
  }
  const { kind } = requireTrainer(ports.trainers, run.model).dataset;
  if (found.kind === kind) return found;
  const message = `data set "${wanted}" holds ${found.kind}, and a version of ${run.model} is measured on ${kind}`;
  throw new AppError('invalid.dataset', message);
}

function latest(versions: readonly ModelVersion[]): Date {
  return new Date(Math.max(...versions.map(({ trainedTo }) => trainedTo.getTime())));
}
