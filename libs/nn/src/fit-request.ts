import type { CheckpointStore } from './checkpoint';
import type { CompiledNet, Feeds } from './engine';
import type { Schedule } from './schedules';
import type { EmbeddingTable } from './tables/embedding-table';

/** Examples of one step. */
export interface FitBatch {
  /** Values of the net's inputs, by name. */
  readonly feeds: Feeds;
  /** Which rows of its table each `rows` of the net gets, by the name of the rows; as many as its shape has rows. */
  readonly indices?: Readonly<Record<string, Int32Array>>;
}

/** The parts that a training moves. */
export interface Trainee {
  readonly compiled: CompiledNet;
  /** The table behind each `rows` of the net, by the name of the rows. Several may share one. */
  readonly tables?: Readonly<Record<string, EmbeddingTable>>;
}

/** When to stop before all epochs are run, and which epoch to keep. */
export interface EarlyStopping {
  /** Measures the net as it is after `epoch` epochs, on examples that it does not learn from. */
  evaluate(epoch: number, signal?: AbortSignal): number | Promise<number>;
  readonly better: 'higher' | 'lower';
  /** The training stops when so many epochs in a row were not better than the best before them. */
  readonly patience: number;
}

/** How far a training is: some steps of an epoch, or all of them. */
export interface FitProgress {
  /** The epoch that runs; 1 is the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of the epoch that are done. */
  readonly steps: number;
  readonly isEpochDone: boolean;
  /** Mean over the examples of the epoch so far. */
  readonly loss: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
  /** What early stopping looks at; only when an epoch is done. */
  readonly metric?: number;
}

/** One training. */
export interface FitRequest extends Trainee {
  readonly epochs: number;
  /**
   * The examples of an epoch (0 is the first), in batches. They must depend on the epoch and a seed alone (see `epochOrder`), so that
   * a training that was cut off goes on as if it had not been.
   */
  batches(epoch: number): Iterable<FitBatch> | AsyncIterable<FitBatch>;
  readonly schedule: Schedule;
  readonly earlyStopping?: EarlyStopping;
  readonly checkpoints?: CheckpointStore;
  /** Epochs between checkpoints; default 1. The last epoch always leaves one. */
  readonly checkpointEvery?: number;
  /** Ends the training before its next batch, with `cancelled.training`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FitProgress) => void;
}
