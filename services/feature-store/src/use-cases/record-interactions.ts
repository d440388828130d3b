import type {
  AcceptedInteraction,
  Interaction,
  InteractionOutcome,
  InteractionVocabulary,
} from '../domain/interaction';
import { interactionProblems } from '../domain/interaction-problems';
import type { AcceptanceWatch } from '../domain/quality/acceptance-watch';
import { requireCount, requireNone } from '../domain/request-size';
import { shortTextProblem } from '../domain/usable-text';
import type { ForgottenWatch } from '../erasure-ports';
import type { CallOptions, Clock, InteractionPublisher, RecentEventIds, RecentLook } from '../ports';
import { interactionsAnswered, interactionsFlagged, interactionsQuarantined, recentIdsUnavailable } from '../telemetry';

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
  readonly watch: AcceptanceWatch;
  readonly forgotten: Pick<ForgottenWatch, 'covers'>;
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
    refuseInQuarantine(needs, batch, acceptedAt.getTime());
    const sorted = sortOut(needs, batch, acceptedAt);
    const look = await markKnown(needs, sorted);
    const accepted = needs.watch.flagged(batch.producer, acceptedOf(sorted, batch, acceptedAt), acceptedAt.getTime());
    if (accepted.length > 0) await publish(needs, batch, accepted, options);
    await look.add().catch(recentIdsUnavailable);
    const outcome = summary(sorted.outcomes, accepted.length);
    interactionsFlagged(needs.watch.answered({ producer: batch.producer, accepted, ...outcome }, acceptedAt.getTime()));
    return outcome;
  };
}

function refuseInQuarantine({ watch }: Needs, { producer, interactions }: InteractionBatch, nowMs: number): void {
  const refusal = watch.refusalOf(producer, interactions.length, nowMs);
  if (refusal === undefined) return;
  interactionsQuarantined(interactions.length);
  throw refusal;
}

async function publish(
  { publisher, watch }: Needs,
  { producer }: InteractionBatch,
  accepted: readonly AcceptedInteraction[],
  options: CallOptions,
): Promise<void> {
  try {
    await publisher.publish(accepted, options);
  } catch (error) {
    watch.failed(producer, accepted);
    throw error;
  }
}

interface SortedOut {
  readonly outcomes: InteractionOutcome[];
  /** Ids that producers gave, with the place of the first event that has them: only those can come again. */
  readonly givenIds: Map<string, number>;
}

const NO_FLAGS: readonly string[] = Object.freeze([]);
const NO_PROBLEMS: InteractionOutcome['problems'] = Object.freeze([]);

const forgottenUser = (path: string) => ({
  code: 'failed_precondition.forgotten_user',
  field: `${path}.user_id`,
  message: 'names a user who was forgotten after this happened: it must not come back, do not send it again',
});

/** Rejects what is wrong and finds what comes twice within the batch. */
function sortOut(
  { newEventId, vocabulary, forgotten, watch: { valueRangeOf } }: Needs,
  { interactions }: InteractionBatch,
  acceptedAt: Date,
): SortedOut {
  const path = (index: number) => `interactions[${index}]`;
  const given = { nowMs: acceptedAt.getTime(), vocabulary, valueRangeOf, path };
  const givenIds = new Map<string, number>();
  const outcomes = interactions.map((event, index): InteractionOutcome => {
    const problems = interactionProblems(event, given, index);
    if (problems.length > 0) return { eventId: event.eventId, status: 'rejected', problems };
    if (forgotten.covers(event.userId, event.occurredAt?.getTime() ?? given.nowMs)) {
      return { eventId: event.eventId, status: 'rejected', problems: [forgottenUser(path(index))] };
    }
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

function acceptedOf(
  { outcomes }: SortedOut,
  { interactions, producer }: InteractionBatch,
  acceptedAt: Date,
): AcceptedInteraction[] {
  const accepted: AcceptedInteraction[] = [];
  outcomes.forEach(({ status, eventId }, index) => {
    if (status !== 'accepted') return;
    const event = interactions[index]!;
    const occurredAt = event.occurredAt ?? acceptedAt;
    accepted.push({ ...event, eventId, occurredAt, acceptedAt, producer, flags: NO_FLAGS });
  });
  return accepted;
}

function summary(outcomes: readonly InteractionOutcome[], acceptedCount: number): BatchOutcome {
  let rejectedCount = 0;
  // Nearly always all of them were accepted, and there is nothing to count.
  if (acceptedCount < outcomes.length) for (const { status } of outcomes) if (status === 'rejected') rejectedCount++;
  const duplicateCount = outcomes.length - acceptedCount - rejectedCount;
  interactionsAnswered({ accepted: acceptedCount, duplicate: duplicateCount, rejected: rejectedCount });
  return { outcomes, acceptedCount, duplicateCount, rejectedCount };
}
