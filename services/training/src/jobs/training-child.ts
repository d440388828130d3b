// The child process of one training: reads the dataset, trains, stores the artifact. Built, and started by its path.
import { strengthOf } from '@attune/contracts';
import { serveChild } from '@attune/jobs';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { writeArtifact } from '@attune/onnx';
import type { OnProgress } from '@attune/recommenders';
import { readTrainingSet } from '@attune/training-sets';
import { prepareMaterial } from '../domain/material';
import { type ProfilePart, profileFeatures } from '../domain/profile-features';
import { trainEngagement } from '../domain/train-engagement';
import { type MeasuredModel, trainModel } from '../domain/train-model';
import type { EngagementTrainer, RecommenderTrainer } from '../domain/trainer';
import { requireTrainer, TRAINERS } from '../domain/trainers';
import type { TrainedArtifact } from '../ports';
import type { TrainingInput } from './child-trainer-runner';
import { requireFits } from './memory';
import { checkpointPrefix, objectCheckpoints } from './object-checkpoints';
import { readPreviousModel } from './previous-model';
import { readLabelledExamples } from './read-labelled-examples';

interface Waiting {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** What was trained, the newest that it has seen, and how the features were distributed. */
type DatedModel = MeasuredModel & { readonly newestAtMs?: number; readonly profile?: readonly ProfilePart[] };

serveChild<TrainingInput, TrainedArtifact>(async (input, { progress, signal }) => {
  const trainer = requireTrainer(TRAINERS, input.trainer);
  await using objectStore = openObjectStore(input.objectStoreUrl);
  progress({ fraction: 0, phase: 'reading the dataset' });
  requireFits(input.dataset.rowCount, input.memoryMb, trainer.dataset.kind);
  const onProgress: OnProgress = ({ fraction, ...rest }) => progress({ ...rest, fraction: fraction * 0.95 });
  const waiting = { signal, onProgress };
  const { measurement, newestAtMs, profile, ...trained } =
    trainer.kind === 'engagement'
      ? await trainOnExamples(trainer, input, objectStore, waiting)
      : await trainRecommender(trainer, input, objectStore, waiting);
  progress({ fraction: 0.95, phase: 'storing the artifact', metrics: trained.metrics });
  const createdAt = new Date(input.createdAtMs);
  const content = { ...trained, datasetHash: input.dataset.datasetId, createdAt };
  const { digest, sizeBytes } = await writeArtifact(objectStore, content, { signal });
  return {
    digest,
    metrics: trained.metrics,
    sizeBytes,
    userCount: trained.userKeys?.length ?? 0,
    itemCount: trained.itemIds.length,
    ...(newestAtMs === undefined ? {} : { newestAtMs }),
    ...(measurement === undefined ? {} : { measurement }),
    ...(profile === undefined ? {} : { profile }),
  };
});

async function trainRecommender(
  { definition }: RecommenderTrainer,
  { dataset, settings, previousDigest, champion, runId }: TrainingInput,
  objectStore: ObjectStore,
  waiting: Waiting,
): Promise<DatedModel> {
  const { signal } = waiting;
  const tables = await readTrainingSet(objectStore, dataset);
  const material = prepareMaterial(tables, definition, { strengthOf, wants: definition.wants?.(settings) });
  const previous =
    previousDigest === undefined ? undefined : await readPreviousModel(objectStore, previousDigest, material, signal);
  const checkpointsOf = checkpointsIn(objectStore, runId, signal);
  const request = { definition, material, settings, previous, champion, checkpointsOf, ...waiting };
  return { ...(await trainModel(request)), ...newest(tables.table.timeMs) };
}

async function trainOnExamples(
  { definition }: EngagementTrainer,
  { dataset, settings, champion, runId }: TrainingInput,
  objectStore: ObjectStore,
  waiting: Waiting,
): Promise<DatedModel> {
  const { engaged, words, ...read } = await readLabelledExamples(objectStore, dataset);
  const { featureSchemaHash } = dataset;
  const checkpointsOf = checkpointsIn(objectStore, runId, waiting.signal);
  const request = { definition, ...read, featureSchemaHash, settings, champion, checkpointsOf, ...waiting };
  return {
    ...(await trainEngagement(request)),
    profile: profileFeatures({ examples: read.examples, engaged, words }),
  };
}

function checkpointsIn(objectStore: ObjectStore, runId: string, signal: AbortSignal) {
  return (part: string) => objectCheckpoints(objectStore, `${checkpointPrefix(runId)}${part}`, { signal });
}

function newest(timesMs: Float64Array): { readonly newestAtMs?: number } {
  const newestAtMs = timesMs.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  return Number.isFinite(newestAtMs) ? { newestAtMs } : {};
}
