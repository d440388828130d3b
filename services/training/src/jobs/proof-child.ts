// The child process of one proof of a challenger. Built, and started by its path.
import { strengthOf } from '@attune/contracts';
import { serveChild } from '@attune/jobs';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { openArtifactScorer, openGraphSession, verifyArtifact } from '@attune/onnx';
import { readTrainingSet } from '@attune/training-sets';
import type { OpenedPredictor, OpenedRanker, OpenedVersion } from '../domain/learning/proof/opened-version';
import { proveEngagement } from '../domain/learning/proof/prove-engagement';
import { proveRecommender } from '../domain/learning/proof/prove-recommender';
import type { EngagementTrainer, RecommenderTrainer } from '../domain/trainer';
import { requireTrainer, TRAINERS } from '../domain/trainers';
import type { Proof } from '../learning-ports';
import type { ProofInput } from './child-challenger-prover';
import { requireFits } from './memory';
import { readLabelledExamples } from './read-labelled-examples';
import { watchMemory } from './watch-memory';

const stopwatch = () => performance.now();

serveChild<ProofInput, Proof>(async (input, { signal }) => {
  watchMemory(input.memoryMb);
  const trainer = requireTrainer(TRAINERS, input.trainer);
  await using objectStore = openObjectStore(input.objectStoreUrl);
  requireFits(input.exam.rowCount + input.trainedOn.rowCount, input.memoryMb, trainer.dataset.kind);
  return trainer.kind === 'recommender'
    ? await proveRanker(trainer, input, objectStore, signal)
    : await provePredictor(trainer, input, objectStore, signal);
});

async function proveRanker(
  { definition }: RecommenderTrainer,
  { challenger, champion, trainedOn, exam, heldOutFromMs }: ProofInput,
  objectStore: ObjectStore,
  signal: AbortSignal,
): Promise<Proof> {
  await using challenged = await openRanker(objectStore, challenger, signal);
  await using rival = champion && (await openRanker(objectStore, champion, signal));
  // awaited here, because the versions are closed when this returns
  return await proveRecommender({
    ...{ definition, heldOutFromMs, strengthOf, stopwatch, signal, challenger: challenged },
    ...(rival && { champion: rival }),
    trainedOn: await readTrainingSet(objectStore, trainedOn),
    exam: await readTrainingSet(objectStore, exam),
  });
}

async function provePredictor(
  _: EngagementTrainer,
  { challenger, champion, trainedOn, exam, heldOutFromMs }: ProofInput,
  objectStore: ObjectStore,
  signal: AbortSignal,
): Promise<Proof> {
  await using challenged = await openPredictor(objectStore, challenger, signal);
  await using rival = champion && (await openPredictor(objectStore, champion, signal));
  return await proveEngagement({
    ...{ heldOutFromMs, stopwatch, challenger: challenged },
    ...(rival && { champion: rival }),
    trainedOn: { ...(await readLabelledExamples(objectStore, trainedOn)), schemaHash: trainedOn.featureSchemaHash },
    exam: { ...(await readLabelledExamples(objectStore, exam)), schemaHash: exam.featureSchemaHash },
  });
}

type Stored = ProofInput['challenger'];

async function openVersion(objectStore: ObjectStore, stored: Stored, signal: AbortSignal): Promise<OpenedVersion> {
  const { version: number, digest, trainedToMs, sizeBytes, metrics } = stored;
  return { number, trainedToMs, sizeBytes, metrics, artifact: await verifyArtifact(objectStore, digest, { signal }) };
}

async function openRanker(
  objectStore: ObjectStore,
  stored: Stored,
  signal: AbortSignal,
): Promise<OpenedRanker & AsyncDisposable> {
  const version = await openVersion(objectStore, stored, signal);
  const scorer = await openArtifactScorer(version.artifact);
  return { ...version, scorer, [Symbol.asyncDispose]: () => scorer[Symbol.asyncDispose]() };
}

async function openPredictor(
  objectStore: ObjectStore,
  stored: Stored,
  signal: AbortSignal,
): Promise<OpenedPredictor & AsyncDisposable> {
  const version = await openVersion(objectStore, stored, signal);
  const { manifest, models } = version.artifact;
  const session = await openGraphSession(models.get(manifest.graphs[0]!.name)!);
  return {
    ...version,
    predict: async (features, rows) => {
      const dims = [rows, features.length / rows];
      const data = Array.from(features);
      const { probabilities } = await session.run({ features: { type: 'float32', dims, data } });
      return Float32Array.from(probabilities!.data);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
