import type { ObjectStore } from '@attune/object-store';
import { openArtifact } from '@attune/onnx';
import type { KnownItems } from '../update-ports';

/**
 * The items of versions, from their artifacts, of one version at a time. Of each item 32 bits are kept: of five thousand new items one
 * is taken for a known one where the version has a million, and waits for the next round with everything else.
 */
export function artifactItems(objectStore: ObjectStore): KnownItems {
  let kept: { readonly digest: string; readonly has: Promise<(itemId: string) => boolean> } | undefined;
  return {
    of: (digest) => {
      if (kept?.digest !== digest) {
        const has = openArtifact(objectStore, digest)
          .then(({ readItemIds }) => readItemIds())
          .then(hashed);
        kept = { digest, has };
        // an object store that was away is asked again
        has.catch(() => {
          if (kept?.digest === digest) kept = undefined;
        });
      }
      return kept.has;
    },
  };
}

function hashed(itemIds: readonly string[]): (itemId: string) => boolean {
  const hashes = Uint32Array.from(itemIds, hashOf).sort();
  return (itemId) => {
    const wanted = hashOf(itemId);
    let [low, high] = [0, hashes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hashes[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return hashes[low] === wanted;
  };
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
