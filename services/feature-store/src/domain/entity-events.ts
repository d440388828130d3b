import type { ItemFacts } from './facts';
import type { FeatureEvent, InteractionSeen } from './feature-event';
import type { ViewName } from './features/feature';
import { idHash } from './id-hash';
import type { AcceptedInteraction, InteractionVocabulary } from './interaction';

/** The events of a batch by view and entity, ready to be folded. */
export type EventsByView = { readonly [View in ViewName]: Map<string, FeatureEvent[]> };

/** An empty collection. */
export function noEvents(): EventsByView {
  return { user: new Map(), user_graph: new Map(), item: new Map() };
}

/** Adds an event of an entity. */
export function addEvent(events: Map<string, FeatureEvent[]>, entityId: string, event: FeatureEvent): void {
  const known = events.get(entityId);
  if (known === undefined) events.set(entityId, [event]);
  else known.push(event);
}

/** The part of an interaction that folds look at. */
export type Foldable = Pick<AcceptedInteraction, 'type' | 'value' | 'occurredAt' | 'userId' | 'itemId'>;

/** What an interaction means for its user and its item; `item` is what is known of the item. */
export function interactionSeen(
  interaction: Foldable,
  item: ItemFacts | undefined,
  vocabulary: InteractionVocabulary,
): InteractionSeen {
  return interactionSeenAt(interaction.occurredAt.getTime(), interaction, item, vocabulary);
}

/** The same for those who have the time as a number. */
export function interactionSeenAt(
  occurredAtMs: number,
  { type, value, userId, itemId }: Omit<Foldable, 'occurredAt'>,
  item: ItemFacts | undefined,
  vocabulary: InteractionVocabulary,
): InteractionSeen {
  return {
    kind: 'interaction',
    type,
    strength: vocabulary.strengthOf(type, value),
    occurredAtMs,
    userKey: idHash(userId),
    itemKey: idHash(itemId),
    item,
  };
}

/** What interactions mean for their users and items. */
export function interactionEvents(
  interactions: readonly Foldable[],
  factsOf: (itemId: string) => ItemFacts | undefined,
  vocabulary: InteractionVocabulary,
): EventsByView {
  const events = noEvents();
  for (const interaction of interactions) {
    const seen = interactionSeen(interaction, factsOf(interaction.itemId), vocabulary);
    addEvent(events.user, interaction.userId, seen);
    addEvent(events.item, interaction.itemId, seen);
  }
  return events;
}
