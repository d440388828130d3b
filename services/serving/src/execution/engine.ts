import type { ModelTables } from './model-tables';
import type { Job, JobAnswer, RowsOverItems } from './protocol';
import type { VerifiedArtifact } from './verified-artifact';

/** What answers in a worker thread. */
export interface Engine {
  /** How many jobs of a sort are worth running as one; 1 where one after the other is as fast. */
  readonly batchLimit: number;
  /** Answers jobs of one sort, in their order. */
  run(jobs: readonly Job[]): Promise<readonly JobAnswer[]>;
  /** Lays rows over the artifact's items. */
  overlay?(rows: RowsOverItems): Promise<void>;
}

/** A model that was opened in a worker thread. */
export interface OpenedModel {
  readonly tables: ModelTables;
  /** Absent where the tables say everything. */
  readonly engine?: Engine;
  /** Bytes that the native runtime holds. */
  readonly nativeBytes: number;
  readonly note?: string;
}

/** Opens the artifacts of a kind. `given` are the tables that another worker has made of the same artifact. */
export type OpenKind = (artifact: VerifiedArtifact, given: ModelTables | undefined) => Promise<OpenedModel>;
