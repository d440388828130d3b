import { featureStore } from '@attune/contracts';
import type { InteractionOutcome } from '../domain/interaction';
import type { UserRelations } from '../use-cases/get-relations';
import type { BatchOutcome, InteractionBatch } from '../use-cases/record-interactions';
import type { StreamOutcome } from '../use-cases/stream-interactions';

const { InteractionStatus } = featureStore;

const STATUS = {
  accepted: InteractionStatus.ACCEPTED,
  duplicate: InteractionStatus.DUPLICATE,
  rejected: InteractionStatus.REJECTED,
} as const;

/** Every batch of a stream. */
export async function* toBatches(
  requests: AsyncIterable<featureStore.StreamInteractionsRequest>,
): AsyncGenerator<InteractionBatch> {
  for await (const { interactions, producer } of requests) yield { interactions, producer };
}

/** What became of a batch. */
export function fromBatchOutcome({ outcomes, ...counts }: BatchOutcome): featureStore.RecordInteractionsResponse {
  return { outcomes: outcomes.map(fromOutcome), ...counts };
}

/** What became of a stream. */
export function fromStreamOutcome({ rejected, ...counts }: StreamOutcome): featureStore.StreamInteractionsResponse {
  return { rejected: rejected.map(fromOutcome), ...counts };
}

/** What a user said about others. */
export function fromRelations({ userId, ...said }: UserRelations): featureStore.UserRelations {
  return {
    userId,
    followeeIds: [...said.followeeIds],
    blockedAuthorIds: [...said.blockedAuthorIds],
    hiddenTopics: [...said.hiddenTopics],
  };
}

function fromOutcome({ eventId, status, problems }: InteractionOutcome): featureStore.InteractionOutcome {
  return { eventId, status: STATUS[status], problems: problems.length === 0 ? [] : [...problems] };
}
