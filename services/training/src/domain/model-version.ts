import type { PromotionGrounds } from './promotion-grounds';
import type { ModelVersionRef } from './run';

/** The rungs of the ladder, in the order in which a version climbs them. */
export const MODEL_STAGES = ['candidate', 'shadow', 'canary', 'production', 'retired'] as const;

/** Where a version stands. */
export type ModelStage = (typeof MODEL_STAGES)[number];

/** A version of a model. */
export interface ModelVersion {
  readonly ref: ModelVersionRef;
  /** The trainer that made it: tells serving how to run it. */
  readonly kind: string;
  readonly stage: ModelStage;
  /** Of a canary: the share of the users whom it serves. */
  readonly canaryShare?: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly runId: string;
  readonly datasetId: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sizeBytes: number;
  readonly userCount: number;
  readonly itemCount: number;
  readonly createdAt: Date;
  /** It learned from nothing that happened later. */
  readonly trainedTo: Date;
  /** Why it should be trained again, and since when; absent while it need not be. */
  readonly retrain?: RetrainMark;
}

/** Why a version should be trained again. */
export interface RetrainMark {
  readonly reason: string;
  readonly markedAt: Date;
}

/** One move of one version: a row of the append-only history. */
export interface StageChange {
  readonly ref: ModelVersionRef;
  readonly kind: string;
  /** Counts the model's changes from 1. */
  readonly sequence: number;
  readonly eventId: string;
  readonly from?: ModelStage;
  readonly to: ModelStage;
  /** Of a change to a canary, or of its share. */
  readonly canaryShare?: number;
  readonly at: Date;
  readonly actor: string;
  readonly reason: string;
  /** The version's metrics from its run. */
  readonly evidence: Readonly<Record<string, number>>;
  /** What let it into production; absent where nothing had to. */
  readonly grounds?: PromotionGrounds;
}
