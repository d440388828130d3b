import { type Client, type common, featureStore } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { BatchAnswer } from './import-file';

type FeatureStore = Client<featureStore.FeatureStoreServiceServer>;

const DEADLINE_MS = 30_000;

/**
 * Records a batch of interactions. A batch that is sent again because its answer was lost finds its own events as
 * duplicates: those count as accepted, because this import brought them.
 */
export async function sendInteractions(
  client: FeatureStore,
  producer: string,
  batch: readonly common.Interaction[],
  attempt: number,
): Promise<BatchAnswer> {
  const request = { interactions: [...batch], producer };
  // Sent again by the client, unseen from here, it would find its own events as duplicates.
  const options = { deadlineMs: DEADLINE_MS, resend: false, hedge: false } as const;
  const response = await client.recordInteractions(request, options);
  const isResent = attempt > 0;
  return {
    accepted: response.acceptedCount + (isResent ? response.duplicateCount : 0),
    duplicates: isResent ? 0 : response.duplicateCount,
    refused: response.outcomes.flatMap(({ status, problems }, index) =>
      status === featureStore.InteractionStatus.REJECTED
        ? [{ index, reason: problems.map((problem) => problem.message).join('; ') }]
        : [],
    ),
  };
}

/** Upserts a batch of items; where the fleet refuses some, those are named and the others are sent without them. */
export async function sendItems(client: FeatureStore, batch: readonly common.Item[]): Promise<BatchAnswer> {
  const refused = new Map<number, string>();
  for (;;) {
    const places = batch.map((_, index) => index).filter((index) => !refused.has(index));
    const items = places.map((index) => batch[index]!);
    const answer = { refused: [...refused].map(([index, reason]) => ({ index, reason })) };
    if (items.length === 0) return { accepted: 0, duplicates: 0, ...answer };
    try {
      const response = await client.upsertItems({ items, requestId: '' }, { deadlineMs: DEADLINE_MS });
      return { accepted: response.changedCount, duplicates: response.unchangedCount, ...answer };
    } catch (error) {
      if (!isAppError(error, 'invalid')) throw error;
      const before = refused.size;
      for (const { field, description } of error.violations) {
        const index = places[Number(/^items\[(\d+)\]/.exec(field)?.[1])];
        if (index !== undefined) refused.set(index, description);
      }
      if (refused.size === before) throw error;
    }
  }
}
