import type { Interactions } from '@attune/interactions';
import { buildCsr, type Csr } from '@attune/kernels';

/** How alike two items are, from 0 to 1. */
export type ItemSimilarity = (a: number, b: number) => number;

/** What of an item's content makes items alike. */
export interface ItemTraits {
  readonly tags: readonly string[];
  readonly category: string;
}

/**
 * The cosine of what two items have in common: of their sets of tags and category where both have any, else of the sets of users
 * who have them in the training data.
 */
export function itemSimilarity(train: Interactions, traits?: readonly ItemTraits[]): ItemSimilarity {
  const users = buildCsr({ rowCount: train.itemCount, rows: train.itemIndex, columns: train.userIndex });
  const words = traits === undefined ? undefined : traitRows(traits);
  const known = new Map<number, number>();
  return (a, b) => {
    const key = Math.min(a, b) * train.itemCount + Math.max(a, b);
    const found = known.get(key);
    if (found !== undefined) return found;
    const hasWords = words !== undefined && lengthOf(words, a) > 0 && lengthOf(words, b) > 0;
    const similarity = setCosine(hasWords ? words : users, a, b);
    known.set(key, similarity);
    return similarity;
  };
}

/** |A and B| / sqrt(|A| |B|) of two rows with ascending indices. */
function setCosine(rows: Csr, a: number, b: number): number {
  const { offsets, indices } = rows;
  let [i, j, common] = [offsets[a]!, offsets[b]!, 0];
  const [endA, endB] = [offsets[a + 1]!, offsets[b + 1]!];
  while (i < endA && j < endB) {
    const [left, right] = [indices[i]!, indices[j]!];
    if (left === right) common++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  const size = Math.sqrt(lengthOf(rows, a) * lengthOf(rows, b));
  return size === 0 ? 0 : common / size;
}

function lengthOf({ offsets }: Csr, row: number): number {
  return offsets[row + 1]! - offsets[row]!;
}

function traitRows(traits: readonly ItemTraits[]): Csr {
  const places = new Map<string, number>();
  const [rows, columns] = [[] as number[], [] as number[]];
  traits.forEach(({ tags, category }, item) => {
    const words = new Set([...tags.map((tag) => `tag:${tag}`), ...(category === '' ? [] : [`category:${category}`])]);
    const own = [...words].map((word) => {
      const place = places.get(word) ?? places.size;
      places.set(word, place);
      return place;
    });
    for (const place of own.sort((a, b) => a - b)) {
      rows.push(item);
      columns.push(place);
    }
  });
  return buildCsr({ rowCount: traits.length, rows: Int32Array.from(rows), columns: Int32Array.from(columns) });
}
