import type { ModelRef } from '../domain/decision';
import type { ModelTables } from './model-tables';

/** What a worker is started with: it reads the artifact itself, so that neither its bytes nor its checks touch the event loop. */
export interface WorkerInput {
  readonly objectStoreUrl: string;
  readonly ref: ModelRef;
  /** The tables that another worker read from the same artifact: shared, so that they are in memory once. */
  readonly tables?: ModelTables;
}

/** One thing that a model can be asked; rows are those of the artifact. */
export type Job =
  | {
      readonly do: 'by_vector';
      readonly vector: Float32Array;
      readonly measure: 'dot' | 'cosine';
      readonly count: number;
    }
  | { readonly do: 'by_user'; readonly row: number; readonly count: number }
  | {
      readonly do: 'by_history';
      readonly rows: Int32Array;
      readonly weights: Float32Array;
      readonly count: number;
    }
  | { readonly do: 'rank'; readonly row: number; readonly rows: Int32Array }
  | { readonly do: 'predict'; readonly features: Float32Array };

/** The answer to a job; the arrays are handed over, not copied. */
export interface JobAnswer {
  /** Of what ranks items: their rows, best first. Empty where the job named its rows itself. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** Scores or probabilities. */
  readonly scores: Float32Array<ArrayBuffer>;
}

/** Why a job has no answer. */
export interface JobProblem {
  readonly code: string;
  readonly message: string;
}

/** Rows that are laid over the artifact's items: `vectors` [slots x rank] are for these slots behind the items. */
export interface RowsOverItems {
  readonly slots: Int32Array;
  readonly vectors: Float32Array;
  /** Rows of the artifact that must not be answered any more. */
  readonly replacedRows: Int32Array;
}

/** To the worker. */
export type ToWorker =
  | { readonly type: 'jobs'; readonly id: number; readonly jobs: readonly Job[] }
  | { readonly type: 'overlay'; readonly id: number; readonly rows: RowsOverItems }
  /** The next item ids may come. */
  | { readonly type: 'items_taken' };

/** What the worker found out about the model that it loaded. */
export interface ModelFacts {
  readonly kind: string;
  readonly itemCount: number;
  readonly userCount: number;
  readonly trainedAtMs: number;
  /** Of models with a graph over features. */
  readonly features: readonly string[];
  readonly labels: readonly string[];
  /** Bytes of its tables, those in the native runtime included. */
  readonly tableBytes: number;
  /** False where the tables say everything: no thread is kept then. */
  readonly needsWorkers: boolean;
  /** How many jobs of a sort are worth running as one. */
  readonly batchLimit: number;
  /** What an operator should know, for instance why a slower graph serves; empty where there is nothing. */
  readonly note: string;
}

/** From the worker: first the item ids in pieces, then `ready` (or `refused`), then answers in the order of the questions. */
export type FromWorker =
  | { readonly type: 'items'; readonly itemIds: readonly string[] }
  | { readonly type: 'ready'; readonly facts: ModelFacts; readonly tables: ModelTables }
  | ({ readonly type: 'refused' } & JobProblem)
  | { readonly type: 'answers'; readonly id: number; readonly answers: readonly (JobAnswer | JobProblem)[] };
