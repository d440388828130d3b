import type { KeyIndexTables } from './key-index';
import type { UserPriorFacts } from './user-prior';

/** Vectors of users and items: of `als` and `mf`. All in shared memory: the worker fills them, the event loop reads them. */
export interface FactorTables {
  readonly form: 'factors';
  readonly rank: number;
  /** [items x rank] */
  readonly items: Float32Array;
  /** [items]: one divided by the length of the item's vector, 0 for vectors of zeros. */
  readonly inverseLengths: Float32Array;
  /** [users x rank] */
  readonly users: Float32Array;
  readonly userIndex: KeyIndexTables;
  /** Of the items' vectors: mean [rank] and covariance [rank x rank]. */
  readonly moments: { readonly mean: Float64Array; readonly covariance: Float64Array } | undefined;
  /** What it says of users of whom it knows nothing. */
  readonly prior: UserPriorFacts | undefined;
  /** Between these the scores stay; of `mf`. */
  readonly range: readonly [number, number] | undefined;
}

/** Scores that are the same for everybody. */
export interface PopularityTables {
  readonly form: 'popularity';
  /** [items] */
  readonly scores: Float32Array;
  /** [items]: their rows, the best first. */
  readonly order: Int32Array;
  readonly mean: number;
  readonly deviation: number;
}

/** For each item `width` others with weights. */
export interface NeighborRows {
  readonly width: number;
  /** [items x width]; absent where the others are all items, in their order. */
  readonly rows: Int32Array | undefined;
  /** [items x width] */
  readonly weights: Float32Array;
}

/** What items say for each other: of `item_item` and `content`. */
export interface NeighborTables {
  readonly form: 'neighbors';
  /** What an item of a history says for others. */
  readonly history: NeighborRows;
  /** Best first; an item stands in its own row where it has fewer. */
  readonly similar: NeighborRows;
}

/** Of models whose graphs do everything: whom they know. */
export interface UserTables {
  readonly form: 'users';
  readonly userIndex: KeyIndexTables;
  /** The graph itself, where a run of it with at most `rows` takes less time than asking a worker for it (ADR 0038). */
  readonly quick?: { readonly graph: Uint8Array<SharedArrayBuffer>; readonly rows: number };
}

/** What the event loop may read of a model. */
export type ModelTables = FactorTables | PopularityTables | NeighborTables | UserTables;

/** Room for so many numbers that all threads see. */
export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

/** The same for whole numbers. */
export function sharedInts(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}
