/** Somebody who must be forgotten. */
export interface Erasure {
  readonly erasureId: string;
  readonly userId: string;
  /** What happened until then must not come back. */
  readonly requestedAt: Date;
}

/** What was erased of a user, counted, when it was done first. */
export interface ErasureOutcome {
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly doneAt: Date;
}
