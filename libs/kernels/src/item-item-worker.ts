// Worker thread of products of items with items: takes blocks of work off the shared counter until none is left, then answers.
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateItemItemKernel } from './item-item-kernel';
import { type CsrLayout, type DenseLayout, PIVOTS, type SparseLayout } from './item-item-memory';

/** One step for all threads. `pivot` is the first of a block of pivots. */
export type ItemItemStep =
  | { readonly kind: 'gram' | 'weights' | 'mirror' }
  | { readonly kind: 'pivots' | 'scale' | 'update'; readonly pivot: number }
  | {
      readonly kind: 'nearest';
      readonly k: number;
      readonly shrink: number;
      readonly norms: number;
      readonly outItems: number;
      readonly outScores: number;
    }
  | {
      /** to = matrix times from: rows of `rank` numbers, a multiple of 4. */
      readonly kind: 'multiply';
      readonly matrix: CsrLayout;
      readonly rank: number;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'regress';
      readonly width: number;
      readonly items: number;
      readonly scores: number;
      readonly norms: number;
      readonly diagonal: number;
      readonly k: number;
      readonly out: number;
      /** Where threads count the items that needed a larger ridge. */
      readonly raised: number;
    };

/** What a thread answers: 0, or 1 + the pivot that failed. */
export type ItemItemStepAnswer = number;

/** What a thread is given. */
export interface ItemItemWorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly counter: number;
  readonly sparse?: SparseLayout;
  readonly dense?: DenseLayout;
  /** Zeros and free places, one per item, for this thread alone. */
  readonly sums?: number;
  readonly touched?: number;
  /** What else this thread needs for itself. */
  readonly scratch?: number;
}

const ROWS_PER_BLOCK = 16;
const PANELS_PER_BLOCK = 16;
const TILE_ROWS = 64;
const TILE_COLUMNS = 512;

const data = workerData as ItemItemWorkerData;
const kernel = instantiateItemItemKernel(data.memory, data.module);
const counter = new Int32Array(data.memory.buffer, data.counter, 1);

function forEachBlock(blocks: number, work: (block: number) => number): number {
  for (;;) {
    const block = Atomics.add(counter, 0, 1);
    if (block >= blocks) return 0;
    const failed = work(block);
    if (failed !== 0) return failed;
  }
}

function forEachRange(count: number, perBlock: number, work: (begin: number, end: number) => void): number {
  return forEachBlock(Math.ceil(count / perBlock), (block) => {
    work(block * perBlock, Math.min(count, (block + 1) * perBlock));
    return 0;
  });
}

function gram(sparse: SparseLayout, { matrix, stride, padded }: DenseLayout): number {
  const { offsets, items, left, itemOffsets, users, positions } = sparse;
  return forEachRange(sparse.itemCount, ROWS_PER_BLOCK, (begin, end) =>
    kernel.gramRows(begin, end, offsets, items, left, itemOffsets, users, positions, matrix, stride, padded),
  );
}

/** The pivots' own block is the first piece of work, and the largest: others pack meanwhile. */
function pivots({ matrix, stride, padded, packed, work, negated }: DenseLayout, pivot: number): number {
  const count = Math.min(PIVOTS, padded - pivot);
  const panels = padded / 8;
  return forEachBlock(1 + Math.ceil(panels / PANELS_PER_BLOCK), (block) => {
    if (block === 0) return kernel.invertPivots(matrix, stride, pivot, count, work, negated);
    const begin = (block - 1) * PANELS_PER_BLOCK;
    kernel.packPivots(matrix, stride, pivot, count, begin, Math.min(panels, begin + PANELS_PER_BLOCK), packed);
    return 0;
  });
}

function scale({ matrix, stride, padded, packed, scaled, negated }: DenseLayout, pivot: number): number {
  const count = Math.min(PIVOTS, padded - pivot);
  return forEachRange(padded / 8, PANELS_PER_BLOCK, (begin, end) =>
    kernel.scalePivots(matrix, stride, pivot, count, begin, end, packed, negated, scaled),
  );
}

function update({ matrix, stride, padded, packed, scaled }: DenseLayout, pivot: number): number {
  const count = Math.min(PIVOTS, padded - pivot);
  const columnTiles = Math.ceil(padded / TILE_COLUMNS);
  return forEachBlock(columnTiles * Math.ceil(padded / TILE_ROWS), (block) => {
    const row = Math.floor(block / columnTiles) * TILE_ROWS;
    const column = (block % columnTiles) * TILE_COLUMNS;
    const [rowEnd, columnEnd] = [Math.min(padded, row + TILE_ROWS), Math.min(padded, column + TILE_COLUMNS)];
    const isOfPivots = row >= pivot && rowEnd <= pivot + count;
    if (columnEnd <= row || isOfPivots) return 0;
    kernel.updateTile(matrix, stride, count, row, rowEnd, column, columnEnd, packed, scaled);
    return 0;
  });
}

function nearest(sparse: SparseLayout, step: ItemItemStep & { readonly kind: 'nearest' }): number {
  const { offsets, items, left, right, itemOffsets, users, positions } = sparse;
  const { norms, shrink, k, outItems, outScores } = step;
  return forEachRange(sparse.itemCount, ROWS_PER_BLOCK, (begin, end) =>
    kernel.nearestItems(
      begin,
      end,
      offsets,
      items,
      left,
      right,
      itemOffsets,
      users,
      positions,
      norms,
      shrink,
      k,
      outItems,
      outScores,
      data.sums!,
      data.touched!,
    ),
  );
}

function regress(sparse: SparseLayout, step: ItemItemStep & { readonly kind: 'regress' }): number {
  const { width, items, scores, norms, diagonal, k, out } = step;
  const raised = new Int32Array(data.memory.buffer, step.raised, 1);
  return forEachRange(sparse.itemCount, ROWS_PER_BLOCK, (begin, end) => {
    const marks = data.sums!;
    const count = kernel.regressItems(begin, end, width, items, scores, norms, diagonal, k, out, marks, data.scratch!);
    Atomics.add(raised, 0, count);
  });
}

function multiply({ matrix, rank, from, to }: ItemItemStep & { readonly kind: 'multiply' }): number {
  const offsets = new Int32Array(data.memory.buffer, matrix.offsets, matrix.rowCount + 1);
  return forEachRange(matrix.rowCount, ROWS_PER_BLOCK, (begin, end) => {
    for (let row = begin; row < end; row++) {
      const [first, count] = [offsets[row]! * 4, offsets[row + 1]! - offsets[row]!];
      const [indices, values] = [matrix.indices + first, matrix.values + first];
      kernel.addRows(to + row * rank * 4, rank, from, rank * 4, indices, values, count);
    }
  });
}

function run(step: ItemItemStep): number {
  const { sparse, dense } = data;
  switch (step.kind) {
    case 'gram':
      return gram(sparse!, dense!);
    case 'pivots':
      return pivots(dense!, step.pivot);
    case 'scale':
      return scale(dense!, step.pivot);
    case 'update':
      return update(dense!, step.pivot);
    case 'weights':
      return forEachRange(dense!.size, ROWS_PER_BLOCK, (begin, end) =>
        kernel.finishWeights(begin, end, dense!.size, dense!.matrix, dense!.stride, dense!.diagonal),
      );
    case 'mirror':
      return forEachRange(dense!.size, ROWS_PER_BLOCK, (begin, end) =>
        kernel.mirrorNegated(begin, end, dense!.size, dense!.matrix, dense!.stride),
      );
    case 'nearest':
      return nearest(sparse!, step);
    case 'multiply':
      return multiply(step);
    case 'regress':
      return regress(sparse!, step);
    default:
      return step satisfies never;
  }
}

parentPort!.on('message', (step: ItemItemStep) => {
  const answer: ItemItemStepAnswer = run(step);
  parentPort!.postMessage(answer);
});
