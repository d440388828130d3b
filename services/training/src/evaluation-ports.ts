import type { Evaluation, Measurement } from './domain/evaluation';
import type { Dataset } from './ports';

/** A place in a list of evaluations, newest first. */
export interface EvaluationCursor {
  readonly createdAt: Date;
  readonly evaluationId: string;
}

/** Where evaluations are kept. None is ever changed. */
export interface EvaluationStore {
  /** Keeps an evaluation; one that is there under its id stays as it is. */
  save(evaluation: Evaluation): Promise<void>;
  get(evaluationId: string): Promise<Evaluation | undefined>;
  list(filter: {
    readonly model: string;
    readonly version?: number;
    readonly after?: EvaluationCursor;
    readonly limit: number;
  }): Promise<readonly Evaluation[]>;
}

/** What a stored artifact says of itself, after every check. */
export interface ArtifactFacts {
  readonly modelKind: string;
  readonly datasetHash: string;
  readonly userCount: number;
  readonly itemCount: number;
}

/** Checks stored artifacts outside of this process. */
export interface ArtifactChecker {
  /** Throws `data_loss.artifact` or `not_found.artifact` with the reason. Whatever the artifact does harms nobody else. */
  check(digest: string, options: { readonly signal: AbortSignal }): Promise<ArtifactFacts>;
}

/** Measures stored versions outside of this process. */
export interface VersionEvaluator {
  evaluate(request: {
    readonly trainer: string;
    readonly digest: string;
    readonly champion?: { readonly version: number; readonly digest: string };
    readonly dataset: Dataset;
    /** Questions are what happened after this. */
    readonly askedFrom: Date;
    /** Where nothing happened since: hide each user's last interaction, which the versions have seen, and say so. */
    readonly mayAskWhatWasSeen: boolean;
    readonly metrics: readonly string[];
    readonly signal: AbortSignal;
    readonly onProgress: (progress: { readonly fraction: number; readonly phase: string }) => void;
  }): Promise<Measurement>;
}
