import { AppError, isAppError } from '@attune/errors';
import { runInChild } from '@attune/jobs';
import type { ObjectStore } from '@attune/object-store';
import type { RunProgress } from '../domain/run';
import type { Dataset, TrainedArtifact, TrainerRunner } from '../ports';
import { checkpointPrefix } from './object-checkpoints';

/** What the training child gets. */
export interface TrainingInput {
  readonly runId: string;
  readonly trainer: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly dataset: Dataset;
  readonly previousDigest?: string;
  readonly champion?: { readonly version: number; readonly settings: Readonly<Record<string, unknown>> };
  readonly objectStoreUrl: string;
  readonly memoryMb: number;
  readonly createdAtMs: number;
}

interface Options {
  readonly modulePath: string;
  readonly objectStore: Pick<ObjectStore, 'deletePrefix'>;
  readonly objectStoreUrl: string;
  /** How much memory one training may take. */
  readonly memoryMb: number;
}

/** Trains in a child process, so that neither its CPU time nor its crash reaches this service. */
export class ChildTrainerRunner implements TrainerRunner {
  constructor(private readonly options: Options) {}

  async train(request: Parameters<TrainerRunner['train']>[0]): Promise<TrainedArtifact> {
    const { signal, onProgress, createdAt, ...rest } = request;
    const { modulePath, objectStoreUrl, memoryMb } = this.options;
    const input: TrainingInput = { ...rest, objectStoreUrl, memoryMb, createdAtMs: createdAt.getTime() };
    const training = runInChild<TrainedArtifact>({
      modulePath,
      input,
      signal,
      execArgv: [`--max-old-space-size=${memoryMb}`],
      onMessage: (progress) => onProgress(progress as RunProgress),
    });
    return training.catch((error: unknown) => {
      // worth another try: it goes on from its last checkpoint
      throw isAppError(error, 'internal.child_crashed') ? crashed(error) : error;
    });
  }

  async forget(runId: string): Promise<void> {
    await this.options.objectStore.deletePrefix(checkpointPrefix(runId));
  }
}

function crashed(cause: AppError): AppError {
  const { signal, exitCode } = cause.metadata;
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
  return new AppError(
    'unavailable.training_process',
    `the training process ${how} without a result; if it was for want of memory, train on less (from, to) or lower the rank`,
    { cause },
  );
}
