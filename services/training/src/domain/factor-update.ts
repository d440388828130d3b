import type { ModelVersionRef } from './run';

/** The model whose factors are learned between two trainings. */
export const UPDATED_MODEL = 'als';

/** An interaction that came in after the data set of the version in production. */
export interface NewInteraction {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value?: number;
  readonly occurredAt: Date;
  readonly acceptedAt: Date;
}

/** A version in whose space factors are learned. */
export interface FactorSpace {
  readonly ref: ModelVersionRef;
  /** What was accepted until then is in its data set. */
  readonly since: Date;
}

/** Where a round of learning stands. */
export type FactorUpdateState = 'queued' | 'learned' | 'published' | 'failed' | 'dropped';

/** One round of learning. */
export interface FactorUpdate {
  readonly updateId: string;
  readonly ref: ModelVersionRef;
  readonly state: FactorUpdateState;
  readonly interactionCount: number;
  readonly userCount: number;
  readonly itemCount: number;
  /** The newest that it learns from was accepted then. */
  readonly learnedTo: Date;
  readonly createdAt: Date;
  readonly endedAt?: Date;
}

/** The factors of a user (by keyed hash) or an item. */
export interface FactorRow {
  readonly key: string;
  readonly vector: Float32Array;
}

/** What a round learned. */
export interface LearnedFactors {
  readonly users: readonly FactorRow[];
  readonly items: readonly FactorRow[];
}

/** What waits for a round. */
export interface WaitingInteractions {
  /** Not counted beyond the threshold. */
  readonly count: number;
  readonly oldestReceivedAt?: Date;
  /** The first about an item that the version does not know. */
  readonly oldestNewItemAt?: Date;
}

/** When a round begins. */
export interface UpdateSettings {
  readonly interactions: number;
  readonly intervalMs: number;
  /** The longest that the first interactions with a new item wait. */
  readonly newItemMs: number;
}

/**
 * Whether a round should begin: enough interactions wait, the first of them has waited long enough, or an item that the version cannot
 * recommend has. After a round there is a pause as long as it took, so that learning takes half of a processor at most; after one that
 * failed, the whole interval.
 */
export function isDue(
  waiting: WaitingInteractions,
  last: FactorUpdate | undefined,
  now: Date,
  { interactions, intervalMs, newItemMs }: UpdateSettings,
): boolean {
  if (waiting.count === 0 || now.getTime() < pauseEndsMs(last, intervalMs)) return false;
  const hasWaited = (since: Date | undefined, ms: number) =>
    since !== undefined && now.getTime() - since.getTime() >= ms;
  return (
    waiting.count >= interactions ||
    hasWaited(waiting.oldestReceivedAt, intervalMs) ||
    hasWaited(waiting.oldestNewItemAt, newItemMs)
  );
}

function pauseEndsMs(last: FactorUpdate | undefined, intervalMs: number): number {
  const endedMs = last?.endedAt?.getTime();
  if (last === undefined || endedMs === undefined) return Number.NEGATIVE_INFINITY;
  return last.state === 'failed' ? endedMs + intervalMs : endedMs + (endedMs - last.createdAt.getTime());
}
