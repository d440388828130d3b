import type { PromotionTerms } from './promotion-terms';

/** What a run does: train a version, or evaluate one that there is. */
export type RunKind = 'training' | 'evaluation';

/** Where a run stands. The last three are final. */
export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Why a run failed. */
export interface RunProblem {
  readonly code: string;
  readonly message: string;
}

/** A model at one version. */
export interface ModelVersionRef {
  readonly model: string;
  readonly version: number;
  readonly digest: string;
}

/** A training run as callers see it. */
export interface TrainingRun {
  readonly runId: string;
  readonly kind: RunKind;
  readonly model: string;
  readonly state: RunState;
  /** The settings in full, defaults included. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly from?: Date;
  readonly to?: Date;
  readonly promote: boolean;
  /** What decides about the promotion. */
  readonly promotionTerms: PromotionTerms;
  /** Whether it begins from the version in production. */
  readonly warmStart: boolean;
  /** Who asked for it. */
  readonly actor: string;
  /** From 0 to 1. */
  readonly fraction: number;
  readonly phase: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly datasetId?: string;
  readonly version?: ModelVersionRef;
  readonly problem?: RunProblem;
  /** What became of the promotion, in a sentence; empty where none was asked for. */
  readonly promotion: string;
  readonly promoted: boolean;
  readonly evaluationId?: string;
  readonly attempt: number;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

/** What a running run can say about itself. */
export interface RunProgress {
  readonly fraction: number;
  readonly phase: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly datasetId?: string;
}

/** How a run ended. */
export type RunOutcome =
  | {
      readonly state: 'succeeded';
      readonly metrics: Readonly<Record<string, number>>;
      readonly version: ModelVersionRef;
      readonly promotion?: string;
      readonly promoted?: boolean;
      readonly evaluationId?: string;
    }
  | { readonly state: 'failed'; readonly problem: RunProblem }
  | { readonly state: 'cancelled' };

/** Whether a run stays as it is for ever. */
export function hasEnded(run: Pick<TrainingRun, 'state'>): boolean {
  return run.state === 'succeeded' || run.state === 'failed' || run.state === 'cancelled';
}
