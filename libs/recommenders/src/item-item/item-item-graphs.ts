import { buildCsr } from '@attune/kernels';
import {
  type ArtifactGraph,
  buildRetrievalByHistoryGraph,
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
  /** How many weights of an item are kept. */
  readonly servedNeighbors: number;
}

/** The serving graphs of item-item weights: for any history, and items by similarity. */
export function itemItemGraphs({ weights, itemCount, servedNeighbors }: ServedWeights): ArtifactGraph[] {
  const { largest, similar } = servedTables({ weights, itemCount, servedNeighbors });
  const items = spreadRows(itemCount);
  const k = vectorOf('int64', Math.min(GOLDEN_K, largest.width));
  return [
    {
      name: 'retrieval_by_history',
      model: buildRetrievalByHistoryGraph(largest),
      goldenInputs: [
        {
          history_items: vectorOf('int32', ...items),
          history_weights: vectorOf('float32', ...items.map(() => 1)),
          k,
        },
      ],
    },
    {
      name: 'similar_items',
      model: buildSimilarFromTableGraph(similar),
      goldenInputs: items.map((item) => ({ item_index: vectorOf('int32', item), k })),
    },
  ];
}

/**
 * The weights that are served: for each item those of the largest size, negative ones too, since they take back what others say;
 * and the same neighbours by what the two say for each other, sqrt(B_ij B_ji) where both are positive, which for EASE is the
 * partial correlation -P_ij / sqrt(P_ii P_jj).
 */
export function servedTables({ weights, itemCount, servedNeighbors }: ServedWeights) {
  const width = Math.min(servedNeighbors, itemCount);
  const largest = emptyTable(itemCount, width);
  for (let item = 0; item < itemCount; item++) {
    fillRow(largest, item, keepLargest(amongItems(weights.outgoing(item), itemCount), width));
  }
  return { largest, similar: similarTable(largest) };
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
  const kept = Uint32Array.from(sizes.keys()).filter(
    (at) => sizes[at]! > least || (sizes[at] === least && equals-- > 0),
  );
  return { items: Int32Array.from(kept, (at) => items[at]!), weights: Float32Array.from(kept, (at) => weights[at]!) };
}

function similarTable(table: NeighborTable): NeighborTable {
  const { itemCount, width, indices, weights } = table;
  const rows = Int32Array.from(indices, (_, at) => Math.floor(at / width));
  const incoming = buildCsr({ rowCount: itemCount, rows: indices, columns: rows, values: weights });
  const similar = emptyTable(itemCount, width);
  const back = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const others = incoming.indices.subarray(incoming.offsets[item]!, incoming.offsets[item + 1]!);
    others.forEach((other, at) => {
      back[other] = incoming.values[incoming.offsets[item]! + at]!;
    });
    fillRow(similar, item, mutual(indices, weights, item * width, width, back));
    for (const other of others) back[other] = 0;
  }
  return similar;
}

/** Of an item's neighbours those that speak for it too. */
function mutual(indices: Int32Array, weights: Float32Array, from: number, width: number, back: Float32Array): Outgoing {
  const places = Uint32Array.from({ length: width }, (_, place) => from + place);
  const kept = places.filter((at) => weights[at]! > 0 && back[indices[at]!]! > 0);
  return {
    items: Int32Array.from(kept, (at) => indices[at]!),
    weights: Float32Array.from(kept, (at) => Math.sqrt(weights[at]! * back[indices[at]!]!)),
  };
}
