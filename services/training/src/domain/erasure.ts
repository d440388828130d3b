/** A user must be forgotten: here that concerns the data sets that held the user, and what came in since. */
export interface Erasure {
  readonly erasureId: string;
  readonly userId: string;
  /** What happened until then must not come back. */
  readonly requestedAt: Date;
  /** Data sets that held the user and are gone. */
  readonly datasetIds: readonly string[];
}

/** What an erasure came to when it was done first. */
export interface ErasureOutcome {
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly doneAt: Date;
}

/** Why a version whose training set held an erased user should be trained again, for people. */
export function retrainReasonOf({ erasureId }: Pick<Erasure, 'erasureId'>): string {
  return `its training set held a user who was erased (erasure ${erasureId})`;
}
