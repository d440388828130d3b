/** A user must be forgotten; here that concerns the data sets that held the user, and nothing knows the user by id. */
export interface Erasure {
  readonly erasureId: string;
  /** Known only to be named, by keyed hash, in the receipt. */
  readonly userId: string;
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
