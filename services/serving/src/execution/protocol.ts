import type { ModelRef } from '../domain/decision';

/** What a worker is started with: it reads the artifact itself, so that neither its bytes nor its checks touch the event loop. */
export interface WorkerInput {
  readonly objectStoreUrl: string;
  readonly ref: ModelRef;
}

/** What a model can be asked for. `key` is a user's keyed hash, an item id, or empty. */
export type Question =
  | { readonly ask: 'for_user'; readonly key: string; readonly count: number }
  | { readonly ask: 'similar_to'; readonly key: string; readonly count: number }
  | { readonly ask: 'popular'; readonly key: ''; readonly count: number };

/** Best first; the arrays are handed over, not copied. */
export interface RawAnswer {
  readonly isKnown: boolean;
  /** Places in the model's item table. */
  readonly indices: Int32Array<ArrayBuffer>;
  readonly scores: Float32Array<ArrayBuffer>;
}

/** To the worker. */
export type ToWorker = Question & { readonly id: number };

/** What the worker found out about the model that it loaded. */
export interface ModelFacts {
  readonly kind: string;
  readonly itemCount: number;
  readonly userCount: number;
  readonly trainedAtMs: number;
}

/** From the worker: first the item table in pieces, then `ready` (or `refused`), then answers. */
export type FromWorker =
  | { readonly type: 'items'; readonly itemIds: readonly string[] }
  | ({ readonly type: 'ready' } & ModelFacts)
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | ({ readonly type: 'answer'; readonly id: number } & RawAnswer)
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string };
