import { buildCsr } from '@attune/kernels';
import {
  type ArtifactGraph,
  buildRetrievalByHistoryGraph,
  buildRetrievalByWholeHistoryGraph,
  buildSimilarFromTableGraph,
  type NeighborTable,
} from '@attune/onnx';
import { GOLDEN_K, spreadRows, vectorOf } from '../golden-inputs';
import type { ItemWeights, Outgoing } from './item-weights';

/** What is served. */
export interface ServedWeights {
  readonly weights: ItemWeights;
  /** Columns beyond it are no items, and are not served. */
  readonly itemCount: number;
  /** How large the weights that are served may be. */
  readonly servedMegabytes: number;
}

/** How many neighbours of an item the graph of similar items has. */
const SIMILAR_ITEMS = 100;
/** Among how many weights of an item the neighbours are looked for, at least: of two items both must be among the other's. */
const LEAST_WIDTH = 400;
const BYTES_PER_NEIGHBOR = 8;

/** The serving graphs of item-item weights: for any history, and items by similarity. */
export function itemItemGraphs(served: ServedWeights): ArtifactGraph[] {
  const { itemCount } = served;
  const { retrieval, table } = retrievalGraph(served);
  const items = spreadRows(itemCount);
  const similar = similarTable(table, Math.min(SIMILAR_ITEMS, table.width));
  const historyOf = {
    history_items: vectorOf('int32', ...items),
    history_weights: vectorOf('float32', ...items.map(() => 1)),
  };
  return [
    {
      name: 'retrieval_by_history',
      model: retrieval,
      goldenInputs: [{ ...historyOf, k: vectorOf('int64', Math.min(GOLDEN_K, itemCount)) }],
    },
    {
      name: 'similar_items',
      model: buildSimilarFromTableGraph(similar),
      goldenInputs: items.map((item) => ({
        item_index: vectorOf('int32', item),
        k: vectorOf('int64', Math.min(GOLDEN_K, similar.width)),
      })),
    },
  ];
}

/** By all weights where they fit; else by as many of each item, those of the largest size, as do. */
function retrievalGraph({ weights, itemCount, servedMegabytes }: ServedWeights) {
  const bytes = servedMegabytes * 2 ** 20;
  const width = Math.max(1, Math.min(itemCount, Math.floor(bytes / itemCount / BYTES_PER_NEIGHBOR)));
  if (itemCount * itemCount * 4 <= bytes) {
    const table = largestWeights(weights, itemCount, Math.min(itemCount, LEAST_WIDTH));
    const retrieval = buildRetrievalByWholeHistoryGraph({ itemCount, weights: allWeights(weights, itemCount) });
    return { table, retrieval };
  }
  const table = largestWeights(weights, itemCount, width);
  return { table, retrieval: buildRetrievalByHistoryGraph(table) };
}

/** B among the items: [itemCount x itemCount]. */
function allWeights(weights: ItemWeights, itemCount: number): Float32Array {
  const all = new Float32Array(itemCount * itemCount);
  for (let item = 0; item < itemCount; item++) {
    const own = amongItems(weights.outgoing(item), itemCount);
    for (let at = 0; at < own.items.length; at++) all[item * itemCount + own.items[at]!] = own.weights[at]!;
  }
  return all;
}

/** For each item the weights of the largest size, negative ones too, since they take back what others say. */
export function largestWeights(weights: ItemWeights, itemCount: number, width: number): NeighborTable {
  const table = emptyTable(itemCount, width);
  for (let item = 0; item < itemCount; item++) {
    fillRow(table, item, keepLargest(amongItems(weights.outgoing(item), itemCount), width));
  }
  return table;
}

/** Without what is said of columns that are no items, which come last. */
function amongItems({ items, weights }: Outgoing, itemCount: number): Outgoing {
  let end = items.length;
  while (end > 0 && items[end - 1]! >= itemCount) end--;
  return { items: items.subarray(0, end), weights: weights.subarray(0, end) };
}

/** Every item has itself, with the weight 0, until there is a neighbour for the place. */
function emptyTable(itemCount: number, width: number): NeighborTable {
  const indices = new Int32Array(itemCount * width);
  for (let item = 0; item < itemCount; item++) indices.fill(item, item * width, (item + 1) * width);
  return { itemCount, width, indices, weights: new Float32Array(itemCount * width) };
}

/** Writes weights into an item's row, the largest first; among equals the lower index. */
function fillRow({ width, indices, weights }: NeighborTable, item: number, own: Outgoing): void {
  const order = Uint32Array.from(own.items, (_, at) => at);
  order.sort((a, b) => own.weights[b]! - own.weights[a]! || own.items[a]! - own.items[b]!);
  order.forEach((at, place) => {
    indices[item * width + place] = own.items[at]!;
    weights[item * width + place] = own.weights[at]!;
  });
}

/** The `count` weights of the largest size; among equals those of lower indices. */
function keepLargest({ items, weights }: Outgoing, count: number): Outgoing {
  if (items.length <= count) return { items, weights };
  const sizes = weights.map(Math.abs);
  const least = sizes.slice().sort()[sizes.length - count]!;
  let equals = count;
  for (const size of sizes) if (size > least) equals--;
  const kept = { items: new Int32Array(count), weights: new Float32Array(count) };
  let next = 0;
  for (let at = 0; at < items.length; at++) {
    if (sizes[at]! < least || (sizes[at] === least && equals-- <= 0)) continue;
    kept.items[next] = items[at]!;
    kept.weights[next++] = weights[at]!;
  }
  return kept;
}

/**
 * Neighbours by what two items say for each other, sqrt(B_ij B_ji) where both are positive, which for EASE is the partial
 * correlation -P_ij / sqrt(P_ii P_jj); best first.
 */
function similarTable(table: NeighborTable, similarWidth: number): NeighborTable {
  const { itemCount, width, indices, weights } = table;
  const rows = Int32Array.from(indices, (_, at) => Math.floor(at / width));
  const {
    offsets,
    indices: others,
    values,
  } = buildCsr({ rowCount: itemCount, rows: indices, columns: rows, values: weights });
  const similar = emptyTable(itemCount, similarWidth);
  const back = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    for (let e = offsets[item]!; e < offsets[item + 1]!; e++) back[others[e]!] = values[e]!;
    fillRow(similar, item, keepLargest(mutual(table, item, back), similarWidth));
    for (let e = offsets[item]!; e < offsets[item + 1]!; e++) back[others[e]!] = 0;
  }
  return similar;
}

/** Of an item's neighbours those that speak for it too. */
function mutual({ width, indices, weights }: NeighborTable, item: number, back: Float32Array): Outgoing {
  const found: { readonly other: number; readonly score: number }[] = [];
  for (let at = item * width; at < (item + 1) * width; at++) {
    const product = Math.min(weights[at]!, back[indices[at]!]!) > 0 ? weights[at]! * back[indices[at]!]! : 0;
    if (product > 0) found.push({ other: indices[at]!, score: Math.sqrt(product) });
  }
  return {
    items: Int32Array.from(found, ({ other }) => other),
    weights: Float32Array.from(found, ({ score }) => score),
  };
}
