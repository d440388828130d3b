// The child process of one check of an artifact: files, numbers, golden vectors. Built, and started by its path.
import { serveChild } from '@attune/jobs';
import { openObjectStore } from '@attune/object-store';
import { verifyArtifact } from '@attune/onnx';
import type { ArtifactFacts } from '../evaluation-ports';
import type { ArtifactCheckInput } from './child-artifact-checker';
import { watchMemory } from './watch-memory';

serveChild<ArtifactCheckInput, ArtifactFacts>(async ({ digest, objectStoreUrl, memoryMb }, { signal }) => {
  watchMemory(memoryMb);
  await using objectStore = openObjectStore(objectStoreUrl);
  const { manifest, userKeys, itemIds } = await verifyArtifact(objectStore, digest, { signal });
  const { modelKind, datasetHash } = manifest;
  return { modelKind, datasetHash, userCount: userKeys.length, itemCount: itemIds.length };
});
