import type { InteractionOutcome } from '../domain/interaction';
import type { CallOptions } from '../ports';
import type { BatchOutcome, InteractionBatch, RecordInteractions } from './record-interactions';

/** How many rejected events the answer to a stream names. */
const MAX_REJECTED = 100;

/** What became of a stream: sums, and the first rejected events. */
export type StreamOutcome = Omit<BatchOutcome, 'outcomes'> & { readonly rejected: readonly InteractionOutcome[] };

/** Records a stream of batches. */
export type StreamInteractions = (
  batches: AsyncIterable<InteractionBatch>,
  options?: CallOptions,
) => Promise<StreamOutcome>;

/** Records batch after batch; the next one is read when the log has the one before, so a slow log slows the producer. */
export function makeStreamInteractions(recordInteractions: RecordInteractions): StreamInteractions {
  return async (batches, options) => {
    const rejected: InteractionOutcome[] = [];
    const sums = { acceptedCount: 0, duplicateCount: 0, rejectedCount: 0 };
    for await (const batch of batches) {
      const outcome = await recordInteractions(batch, options);
      sums.acceptedCount += outcome.acceptedCount;
      sums.duplicateCount += outcome.duplicateCount;
      sums.rejectedCount += outcome.rejectedCount;
      if (outcome.rejectedCount === 0 || rejected.length >= MAX_REJECTED) continue;
      rejected.push(
        ...outcome.outcomes.filter(({ status }) => status === 'rejected').slice(0, MAX_REJECTED - rejected.length),
      );
    }
    return { ...sums, rejected };
  };
}
