// The child process of one evaluation of a stored version. Built, and started by its path.
import { strengthOf } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { serveChild } from '@attune/jobs';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { type ArtifactScorer, openArtifactScorer, readArtifact } from '@attune/onnx';
import { readInteractionTable } from '@attune/training-sets';
import type { Measurement } from '../domain/evaluation';
import { measureVersion } from '../domain/measure-version';
import { requireTrainer, TRAINERS } from '../domain/trainers';
import type { StoredVersion } from '../domain/version-scorer';
import type { EvaluationInput } from './child-version-evaluator';
import { requireFits } from './memory';

serveChild<EvaluationInput, Measurement>(async (input, { progress, signal }) => {
  const { dataset, metrics, mayAskWhatWasSeen, askedFromMs } = input;
  const trainer = requireTrainer(TRAINERS, input.trainer);
  if (trainer.kind !== 'recommender') {
    const message = `a version of "${trainer.name}" is measured by its training, on the newest examples; train it again`;
    throw new AppError('unimplemented.evaluation', message);
  }
  const { definition } = trainer;
  await using objectStore = openObjectStore(input.objectStoreUrl);
  progress({ fraction: 0, phase: 'reading the dataset' });
  requireFits(dataset.rowCount, input.memoryMb);
  const table = await readInteractionTable(objectStore, dataset.objectKeys, dataset.rowCount);
  await using version = await openVersion(objectStore, input.digest, signal);
  await using champion = input.champion && (await openVersion(objectStore, input.champion.digest, signal));
  // awaited here, because the versions are closed when this returns
  return await measureVersion({
    ...{ definition, table, strengthOf, version, askedFromMs, mayAskWhatWasSeen, metrics, signal },
    ...(input.champion && champion ? { champion: { number: input.champion.version, stored: champion } } : {}),
    onProgress: (fraction) => progress({ fraction, phase: 'evaluating' }),
  });
});

async function openVersion(
  objectStore: ObjectStore,
  digest: string,
  signal: AbortSignal,
): Promise<StoredVersion & ArtifactScorer> {
  const artifact = await readArtifact(objectStore, digest, { signal });
  const scorer = await openArtifactScorer(artifact);
  return { ...scorer, itemIds: artifact.itemIds, userKeys: artifact.userKeys };
}
