import type { ObjectStore } from '@attune/object-store';
import { readArtifact, readModel } from '@attune/onnx';
import type { PreviousModel } from '@attune/recommenders';
import type { Material } from '../domain/material';
import { rowsOf } from '../domain/rows-of';

/** An earlier version's numbers, by the rows of the material that a new one learns from. */
export async function readPreviousModel(
  objectStore: ObjectStore,
  digest: string,
  { userKeys, itemIds }: Pick<Material, 'userKeys' | 'itemIds'>,
  signal?: AbortSignal,
): Promise<PreviousModel> {
  const artifact = await readArtifact(objectStore, digest, { signal });
  const tensors = new Map<string, Float32Array>();
  for (const model of artifact.models.values()) {
    for (const { name, type, raw } of readModel(model).initializers) {
      if (type === 'float32' && !tensors.has(name)) tensors.set(name, new Float32Array(Uint8Array.from(raw).buffer));
    }
  }
  return {
    settings: artifact.manifest.settings,
    tensor: (name) => tensors.get(name),
    userRows: rowsOf(artifact.userKeys, userKeys),
    itemRows: rowsOf(artifact.itemIds, itemIds),
  };
}
