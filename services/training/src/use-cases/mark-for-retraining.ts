import type { Erasure } from '../domain/erasure';
import type { Clock, ErasureMarks, ErasurePublisher } from '../ports';

/** What marking needs. */
export interface MarkForRetrainingParts {
  readonly marks: ErasureMarks;
  readonly publisher: ErasurePublisher;
  readonly clock: Clock;
}

/**
 * Makes the use case: what this service has of an erased user is what its models learned, and what came in since. Versions that were
 * trained with a data set that held the user are marked, the rest is deleted, and a signed receipt says how much that was. A model that
 * learned from no such set has nothing of the user.
 */
export function makeMarkForRetraining({ marks, publisher, clock }: MarkForRetrainingParts) {
  return async function markForRetraining(erasure: Erasure): Promise<void> {
    const outcome = await marks.mark(erasure, clock());
    await publisher.publish(erasure, outcome);
  };
}
