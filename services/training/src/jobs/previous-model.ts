import type { ObjectStore } from '@attune/object-store';
import { readArtifact, readModel } from '@attune/onnx';
import type { PreviousModel } from '@attune/recommenders';
import type { Material } from '../domain/material';

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
    userRows: rowsIn(artifact.userKeys, userKeys),
    itemRows: rowsIn(artifact.itemIds, itemIds),
  };
}

function rowsIn(earlier: readonly string[], now: readonly string[]): Int32Array {
  const rowOf = new Map(earlier.map((id, row) => [id, row]));
  return Int32Array.from(now, (id) => rowOf.get(id) ?? -1);
}
