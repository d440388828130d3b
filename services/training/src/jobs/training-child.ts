// The child process of one training: reads the dataset, trains, stores the artifact. Built, and started by its path.
import { strengthOf } from '@attune/contracts';
import { serveChild } from '@attune/jobs';
import { openObjectStore } from '@attune/object-store';
import { writeArtifact } from '@attune/onnx';
import type { InteractionTable, OnProgress } from '../domain/interaction-table';
import { trainAls } from '../domain/train-als';
import { trainPopularity } from '../domain/train-popularity';
import type { TrainedModel } from '../domain/trained-model';
import { type AlsTrainerSettings, type PopularityTrainerSettings, requireTrainer, TRAINERS } from '../domain/trainers';
import type { TrainedArtifact } from '../ports';
import type { TrainingInput } from './child-trainer-runner';
import { readInteractionTable } from './read-interaction-table';

interface Training {
  readonly table: InteractionTable;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** How each trainer is called with what the child has. */
const TRAIN: Readonly<Record<string, (training: Training) => TrainedModel | Promise<TrainedModel>>> = {
  popularity: ({ settings, ...rest }) =>
    trainPopularity({ ...rest, settings: settings as PopularityTrainerSettings, strengthOf }),
  als: ({ settings, ...rest }) => trainAls({ ...rest, settings: settings as AlsTrainerSettings, strengthOf }),
};

serveChild<TrainingInput, TrainedArtifact>(async (input, { progress, signal }) => {
  const { name } = requireTrainer(TRAINERS, input.trainer);
  await using objectStore = openObjectStore(input.objectStoreUrl);
  progress({ fraction: 0, phase: 'reading the dataset' });
  const table = await readInteractionTable(objectStore, input.objectKeys);
  const onProgress: OnProgress = ({ fraction, ...rest }) => progress({ ...rest, fraction: fraction * 0.95 });
  const trained = await TRAIN[name]!({ table, settings: input.settings, signal, onProgress });
  progress({ fraction: 0.95, phase: 'storing the artifact', metrics: trained.metrics });
  const createdAt = new Date(input.createdAtMs);
  const content = { ...trained, datasetHash: input.datasetId, featureSchemaHash: '', createdAt };
  const { digest, sizeBytes } = await writeArtifact(objectStore, content, { signal });
  return {
    digest,
    metrics: trained.metrics,
    sizeBytes,
    userCount: trained.userKeys?.length ?? 0,
    itemCount: trained.itemIds.length,
  };
});
