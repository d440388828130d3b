import { runInChild } from '@attune/jobs';
import type { RunProgress } from '../domain/run';
import type { TrainedArtifact, TrainerRunner } from '../ports';

/** What the training child gets. */
export interface TrainingInput {
  readonly trainer: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly datasetId: string;
  readonly objectKeys: readonly string[];
  readonly objectStoreUrl: string;
  readonly createdAtMs: number;
}

/** Trains in a child process, so that neither its CPU time nor its crash reaches this service. */
export class ChildTrainerRunner implements TrainerRunner {
  readonly #modulePath: string;
  readonly #objectStoreUrl: string;

  constructor(options: { readonly modulePath: string; readonly objectStoreUrl: string }) {
    this.#modulePath = options.modulePath;
    this.#objectStoreUrl = options.objectStoreUrl;
  }

  train({ trainer, settings, dataset, createdAt, signal, onProgress }: Parameters<TrainerRunner['train']>[0]) {
    const input: TrainingInput = {
      trainer,
      settings,
      datasetId: dataset.datasetId,
      objectKeys: dataset.objectKeys,
      objectStoreUrl: this.#objectStoreUrl,
      createdAtMs: createdAt.getTime(),
    };
    return runInChild<TrainedArtifact>({
      modulePath: this.#modulePath,
      input,
      signal,
      onMessage: (progress) => onProgress(progress as RunProgress),
    });
  }
}
