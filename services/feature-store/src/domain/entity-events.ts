import type { FeatureEntity, FeatureEvent } from './features/feature';
import type { AcceptedInteraction, InteractionVocabulary } from './interaction';

/** The events of a batch by entity, ready to be folded. */
export type EventsByEntity = { readonly [Entity in FeatureEntity]: Map<string, FeatureEvent[]> };

/** An empty collection. */
export function noEvents(): EventsByEntity {
  return { user: new Map(), item: new Map() };
}

/** Adds an event of an entity. */
export function addEvent(events: Map<string, FeatureEvent[]>, entityId: string, event: FeatureEvent): void {
  const known = events.get(entityId);
  if (known === undefined) events.set(entityId, [event]);
  else known.push(event);
}

/** What interactions mean for their users and items. */
export function interactionEvents(
  interactions: readonly AcceptedInteraction[],
  vocabulary: InteractionVocabulary,
): EventsByEntity {
  const events = noEvents();
  for (const { type, value, occurredAt, userId, itemId } of interactions) {
    const seen = {
      kind: 'interaction',
      type,
      strength: vocabulary.strengthOf(type, value),
      occurredAtMs: occurredAt.getTime(),
    } as const;
    addEvent(events.user, userId, seen);
    addEvent(events.item, itemId, seen);
  }
  return events;
}
