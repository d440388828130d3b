import type { ObjectStore } from '@attune/object-store';
import { canonicalJson } from '../src/canonical-json';
import type { Manifest } from '../src/manifest';
import { buildRetrievalGraph } from '../src/serving-graphs';
import { type ArtifactContent, artifactKey, sha256 } from '../src/write-artifact';

/** A small factorization of two users and three items. */
export function aRetrievalGraph(userFactors: readonly number[] = [1, 0, 0.5, 0.25]): Uint8Array<ArrayBuffer> {
  return buildRetrievalGraph({
    userFactors: Float32Array.from(userFactors),
    itemFactors: Float32Array.of(1, 2, 3, -1, 0.5, 0.5),
    rank: 2,
  });
}

/** What an artifact of that factorization holds. */
export function aContent(overrides: Partial<ArtifactContent> = {}): ArtifactContent {
  const k = { type: 'int64', dims: [1], data: [2] } as const;
  const user_index = { type: 'int32', dims: [1], data: [1] } as const;
  return {
    modelKind: 'als',
    settings: { rank: 2 },
    datasetHash: 'd1',
    featureSchemaHash: 'f1',
    metrics: { 'ndcg@10': 0.25 },
    createdAt: new Date('2026-01-02T03:04:05Z'),
    graphs: [{ name: 'retrieval', model: aRetrievalGraph(), goldenInputs: [{ k, user_index }] }],
    itemIds: ['i1', 'i"2\n', 'é3'],
    userKeys: ['k1', 'k2'],
    ...overrides,
  };
}

/**
 * Stores a changed artifact under its own, right digest: what an attacker or a bug in a writer could do. `files` replaces files, whose
 * digests in the manifest are then right too.
 */
export async function rewrite(
  store: ObjectStore,
  digest: string,
  change: (manifest: Manifest) => void,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<string> {
  const text = Buffer.from(await store.get(artifactKey(digest, 'manifest.json'))).toString();
  const manifest = JSON.parse(text) as Manifest;
  for (const file of manifest.files) {
    const replaced = files[file.name];
    if (replaced === undefined) continue;
    file.sha256 = sha256(replaced);
    file.sizeBytes = replaced.byteLength;
  }
  change(manifest);
  const body = Buffer.from(canonicalJson(manifest));
  const changed = sha256(body);
  for (const { name } of manifest.files) {
    await store.put(artifactKey(changed, name), files[name] ?? (await store.get(artifactKey(digest, name))));
  }
  await store.put(artifactKey(changed, 'manifest.json'), body);
  return changed;
}
