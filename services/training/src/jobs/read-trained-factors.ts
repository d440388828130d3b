import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { openArtifact, readModel } from '@attune/onnx';
import type { TrainedFactors } from '../domain/refit-factors';

/** The factors of an artifact of the kind `als`, as its graphs hold them. */
export async function readTrainedFactors(
  objectStore: ObjectStore,
  digest: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<TrainedFactors> {
  const artifact = await openArtifact(objectStore, digest, { signal });
  const { manifest } = artifact;
  const graph = manifest.graphs.find(({ name }) => name === 'retrieval');
  if (graph === undefined) throw new AppError('data_loss.artifact', `artifact ${digest} has no graph "retrieval"`);
  const tensors = new Map(
    readModel(await artifact.readGraph(graph)).initializers.map(({ name, raw }) => [name, raw] as const),
  );
  const [userKeys, itemIds] = [await artifact.readUserKeys(), await artifact.readItemIds()];
  const rank = Number(manifest.settings.rank);
  const [userFactors, items] = [floatsOf(tensors.get('user_factors')), floatsOf(tensors.get('items'))];
  if (userFactors?.length !== userKeys.length * rank || items?.length !== itemIds.length * rank) {
    throw new AppError(
      'data_loss.artifact',
      `the graphs of artifact ${digest} do not hold the factors of its users and items`,
    );
  }
  const { settings, metrics } = manifest;
  return { settings, metrics, userKeys, itemIds, userFactors, itemFactors: byItem(items, itemIds.length, rank) };
}

/** Graphs store items as [rank x items]. */
function byItem(items: Float32Array, count: number, rank: number): Float32Array {
  const rows = new Float32Array(items.length);
  for (let c = 0; c < rank; c++)
    for (let item = 0; item < count; item++) rows[item * rank + c] = items[c * count + item]!;
  return rows;
}

// copied: bytes of a file need not begin where floats may
function floatsOf(raw: Uint8Array | undefined): Float32Array | undefined {
  return raw && new Float32Array(Uint8Array.from(raw).buffer);
}
