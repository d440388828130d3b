import { interactionEvents } from '../domain/entity-events';
import { VIEWS } from '../domain/feature-registry';
import type { AcceptedInteraction, InteractionVocabulary } from '../domain/interaction';
import type { CallOptions, Clock, EventStore, FeatureProjection, LogPosition } from '../ports';
import { interactionsApplied } from '../telemetry';
import { foldStates } from './fold-states';
import { projectStates } from './project-states';

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
  readonly vocabulary: InteractionVocabulary;
  readonly clock: Clock;
}

/** Applies a batch of one partition: all of it, or nothing. */
export type ApplyInteractions = (
  batch: readonly AcceptedInteraction[],
  position: LogPosition,
  options?: CallOptions,
) => Promise<void>;

/**
 * Gives interactions their effect, once: history, feature states and position change in one transaction, and only events
 * that the history did not have are folded. The projection follows the commit.
 */
export function makeApplyInteractions(needs: Needs): ApplyInteractions {
  return async (batch, position, options = {}) => {
    const applied = await needs.store.transaction(async (tx) => {
      const added = await tx.addInteractions(batch);
      // The first of two events with the same id is the one that the history has.
      const fresh = batch.filter(({ eventId }) => added.delete(eventId));
      const events = interactionEvents(fresh, needs.vocabulary);
      const user = await foldStates(tx, VIEWS.user, events.user);
      const item = await foldStates(tx, VIEWS.item, events.item);
      await tx.advance(position, fresh.length);
      return { fresh, user, item };
    }, options);
    const seenBefore = applied.fresh.length < batch.length ? batch : [];
    await projectStates(
      needs,
      {
        user: { changed: applied.user, unchangedIds: new Set(seenBefore.map(({ userId }) => userId)) },
        item: { changed: applied.item, unchangedIds: new Set(seenBefore.map(({ itemId }) => itemId)) },
      },
      options,
    );
    interactionsApplied(batch, applied.fresh.length, needs.clock());
  };
}
