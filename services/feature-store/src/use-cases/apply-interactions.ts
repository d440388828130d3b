import { interactionEvents } from '../domain/entity-events';
import { VIEWS } from '../domain/feature-registry';
import type { AcceptedInteraction, InteractionVocabulary } from '../domain/interaction';
import type { CallOptions, Clock, EffectTransaction, EventStore, FeatureProjection, LogPosition } from '../ports';
import { interactionsApplied } from '../telemetry';
import { foldStates } from './fold-states';
import { projectStates } from './project-states';

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
  readonly vocabulary: InteractionVocabulary;
  readonly clock: Clock;
}

/** A batch of one partition, and where the partition stands after it. */
export interface PartitionBatch {
  readonly events: readonly AcceptedInteraction[];
  readonly position: LogPosition;
}

/** Applies batches of different partitions: all of them, or nothing. */
export type ApplyInteractions = (batches: readonly PartitionBatch[], options?: CallOptions) => Promise<void>;

/**
 * Gives interactions their effect, once: history, feature states and positions change in one transaction, and only events
 * that the history did not have are folded. The projection follows the commit.
 */
export function makeApplyInteractions(needs: Needs): ApplyInteractions {
  return async (batches, options = {}) => {
    const all = batches.length === 1 ? batches[0]!.events : batches.flatMap(({ events }) => events);
    const applied = await needs.store.transaction(async (tx) => {
      const fresh = await addAll(tx, all, batches);
      const events = interactionEvents(fresh, needs.vocabulary);
      const user = await foldStates(tx, VIEWS.user, events.user);
      const item = await foldStates(tx, VIEWS.item, events.item);
      return { fresh, user, item };
    }, options);
    const seenBefore = applied.fresh.length < all.length ? all : [];
    await projectStates(
      needs,
      {
        user: { changed: applied.user, unchangedIds: new Set(seenBefore.map(({ userId }) => userId)) },
        item: { changed: applied.item, unchangedIds: new Set(seenBefore.map(({ itemId }) => itemId)) },
      },
      options,
    );
    interactionsApplied(all, applied.fresh.length, needs.clock());
  };
}

/** Adds events to the history, notes how far each partition is, and returns the events that were new. */
async function addAll(
  tx: EffectTransaction,
  all: readonly AcceptedInteraction[],
  batches: readonly PartitionBatch[],
): Promise<readonly AcceptedInteraction[]> {
  const added = await tx.addInteractions(all);
  const fresh: AcceptedInteraction[] = [];
  for (const { events, position } of batches) {
    // The first of two events with the same id is the one that the history has.
    const own = added === undefined ? events : events.filter(({ eventId }) => added.delete(eventId));
    await tx.advance(position, own.length);
    for (const event of own) fresh.push(event);
  }
  return added === undefined ? all : fresh;
}
