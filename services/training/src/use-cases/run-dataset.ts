import type { RunProgress, TrainingRun } from '../domain/run';
import type { Trainer } from '../domain/trainer';
import { requireTrainer } from '../domain/trainers';
import type { Dataset, DatasetBuilder } from '../ports';

/** The share of a run's progress that its data set takes. */
export const DATASET_SHARE = 0.25;

/** Who reads along, and who stops it. */
export interface RunWatch {
  readonly report: (progress: RunProgress) => void;
  readonly signal: AbortSignal;
}

/** Builds what a run's model learns from, of the run's slice of time. */
export function buildRunDataset(
  ports: { readonly datasets: DatasetBuilder; readonly trainers: ReadonlyMap<string, Trainer> },
  { model, from, to }: TrainingRun,
  { report, signal }: RunWatch,
): Promise<Dataset> {
  return ports.datasets.build({
    need: requireTrainer(ports.trainers, model).dataset,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    signal,
    onProgress: (fraction, rowCount) =>
      report({ fraction: fraction * DATASET_SHARE, phase: `reading interactions (${rowCount} rows)` }),
  });
}
