import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, type EventLog, paced, type Subscription } from '@attune/event-log';
import type { AcceptedInteraction, InteractionVocabulary } from '../domain/interaction';
import { interactionProblems } from '../domain/interaction-problems';
import type { ApplyInteractions } from '../use-cases/apply-interactions';
import { decodeOrBury, positionOf, timeOf } from './decode-or-bury';
import { together } from './together';

interface Needs {
  readonly eventLog: EventLog;
  readonly group: string;
  readonly vocabulary: InteractionVocabulary;
  readonly applyInteractions: ApplyInteractions;
}

// A transaction has a fixed price, and each entity that it changes too, so batches are large.
const MAX_BATCH = 5_000;

/** Consumes `interactions.v1`: history, features, projection. */
export function onInteraction(needs: Needs): Promise<Subscription> {
  const apply = together(needs.applyInteractions);
  return needs.eventLog.subscribe({
    topic: TOPICS.interactions.name,
    group: needs.group,
    maxBatch: MAX_BATCH,
    handle: paced(async (batch, context) => {
      const events = await decodeOrBury(batch, context, (record) => decode(record, needs.vocabulary));
      await apply({ events, position: positionOf(batch) }, { signal: context.signal });
    }, MAX_BATCH),
  });
}

// The log is not ours alone: what no build ever let in at the door must not reach the tables through the window. A value that
// lies beyond a range which came later was let in.
function decode({ value }: DeliveredRecord, vocabulary: InteractionVocabulary): AcceptedInteraction {
  const { interaction, producer, flags, ...record } = TOPIC_CODECS.interactions.decode(value);
  const acceptedAt = timeOf(record.acceptedAt, 'accepted_at');
  if (interaction?.occurredAt === undefined || interaction.eventId === '') {
    throw new AppError('invalid.event', 'the record has no interaction with an event id and a time');
  }
  const nowMs = acceptedAt.getTime();
  const problems = interactionProblems(interaction, { nowMs, vocabulary, path: () => 'interaction' });
  if (problems.length === 0) return { ...interaction, occurredAt: interaction.occurredAt, acceptedAt, producer, flags };
  throw new AppError('invalid.event', `${problems[0]!.field} ${problems[0]!.message}`, {
    violations: problems.map(({ field, message }) => ({ field, description: message })),
  });
}
