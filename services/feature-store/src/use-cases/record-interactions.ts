import type {
  AcceptedInteraction,
  Interaction,
  InteractionOutcome,
  InteractionVocabulary,
} from '../domain/interaction';
import { interactionProblems } from '../domain/interaction-problems';
import { requireCount, requireNone } from '../domain/request-size';
import { shortTextProblem } from '../domain/usable-text';
import type { CallOptions, Clock, InteractionPublisher, RecentEventIds, RecentLook } from '../ports';
import { interactionsAnswered, recentIdsUnavailable } from '../telemetry';

/** The most events of one batch. */
const MAX_BATCH = 5_000;

const MAX_PRODUCER_LENGTH = 128;

/** A batch as a producer sends it. */
export interface InteractionBatch {
  readonly interactions: readonly Interaction[];
  readonly producer: string;
}

/** What became of a batch: one outcome per event, in order, and how many of each. */
export interface BatchOutcome {
  readonly outcomes: readonly InteractionOutcome[];
  readonly acceptedCount: number;
  readonly duplicateCount: number;
  readonly rejectedCount: number;
}

/** Records a batch of interactions. */
export type RecordInteractions = (batch: InteractionBatch, options?: CallOptions) => Promise<BatchOutcome>;

interface Needs {
  readonly publisher: InteractionPublisher;
  readonly recent: RecentEventIds;
  readonly newEventId: () => string;
  readonly clock: Clock;
  readonly vocabulary: InteractionVocabulary;
}

/**
 * Accepts interactions into the log. Ids are marked as recent only after the log has them: a mark that came first would turn
 * the retry of a failed append into a "duplicate", and the event would be lost.
 */
export function makeRecordInteractions(needs: Needs): RecordInteractions {
  return async (batch, options = {}) => {
    const acceptedAt = needs.clock();
    requireCount('interactions', batch.interactions.length, MAX_BATCH);
    const producerProblem = shortTextProblem(batch.producer, MAX_PRODUCER_LENGTH);
    requireNone(producerProblem === undefined ? [] : [{ field: 'producer', description: producerProblem }]);
    const sorted = sortOut(needs, batch, acceptedAt);
    const look = await markKnown(needs, sorted);
    const accepted = acceptedOf(sorted, batch, acceptedAt);
    if (accepted.length > 0) await needs.publisher.publish(accepted, options);
    await look.add().catch(recentIdsUnavailable);
    return summary(sorted.outcomes);
  };
}

interface SortedOut {
  readonly outcomes: InteractionOutcome[];
  /** Ids that producers gave, with the place of the first event that has them: only those can come again. */
  readonly givenIds: Map<string, number>;
}

const NO_FLAGS: readonly string[] = Object.freeze([]);
const NO_PROBLEMS: InteractionOutcome['problems'] = Object.freeze([]);

/** Rejects what is wrong and finds what comes twice within the batch. */
function sortOut({ newEventId, vocabulary }: Needs, { interactions }: InteractionBatch, acceptedAt: Date): SortedOut {
  const nowMs = acceptedAt.getTime();
  const givenIds = new Map<string, number>();
  const outcomes = interactions.map((event, index): InteractionOutcome => {
    const problems = interactionProblems(event, { nowMs, vocabulary, path: () => `interactions[${index}]` });
    if (problems.length > 0) return { eventId: event.eventId, status: 'rejected', problems };
    if (event.eventId === '') return { eventId: newEventId(), status: 'accepted', problems: NO_PROBLEMS };
    if (givenIds.has(event.eventId)) return { eventId: event.eventId, status: 'duplicate', problems: NO_PROBLEMS };
    givenIds.set(event.eventId, index);
    return { eventId: event.eventId, status: 'accepted', problems: NO_PROBLEMS };
  });
  return { outcomes, givenIds };
}

// Without the recent ids a duplicate is accepted again; it still counts once, because consumers know every id.
const NOTHING_KNOWN: RecentLook = { known: new Set(), add: async () => undefined };

async function markKnown({ recent }: Needs, { outcomes, givenIds }: SortedOut): Promise<RecentLook> {
  const look = await recent.look([...givenIds.keys()]).catch((error: unknown) => {
    recentIdsUnavailable(error);
    return NOTHING_KNOWN;
  });
  for (const eventId of look.known) {
    outcomes[givenIds.get(eventId)!] = { eventId, status: 'duplicate', problems: NO_PROBLEMS };
  }
  return look;
}

function acceptedOf({ outcomes }: SortedOut, batch: InteractionBatch, acceptedAt: Date): AcceptedInteraction[] {
  const accepted: AcceptedInteraction[] = [];
  outcomes.forEach(({ status, eventId }, index) => {
    if (status !== 'accepted') return;
    const event = batch.interactions[index]!;
    const occurredAt = event.occurredAt ?? acceptedAt;
    accepted.push({ ...event, eventId, occurredAt, acceptedAt, producer: batch.producer, flags: NO_FLAGS });
  });
  return accepted;
}

function summary(outcomes: readonly InteractionOutcome[]): BatchOutcome {
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { status } of outcomes) counts[status]++;
  interactionsAnswered(counts);
  return {
    outcomes,
    acceptedCount: counts.accepted,
    duplicateCount: counts.duplicate,
    rejectedCount: counts.rejected,
  };
}
