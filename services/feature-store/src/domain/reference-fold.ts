import type { Item, User } from './entity';
import { interactionSeen } from './entity-events';
import type { EntityState } from './entity-state';
import type { FeatureEvent } from './feature-event';
import { type FeatureReading, readFeatures, selectFeatures } from './feature-reading';
import { VIEWS } from './feature-registry';
import type { FeatureEntity, ViewName } from './features/feature';
import { foldInto } from './fold';
import { idHash } from './id-hash';
import type { Interaction, InteractionVocabulary } from './interaction';
import { initialState } from './packed-state';
import { itemFactsOf, userFactsOf } from './profile-facts';

/** Everything that a fleet acknowledged: items as they were before the first interaction, users and follows as they are now. */
export interface Acknowledged {
  readonly items: readonly Item[];
  readonly users: readonly User[];
  readonly follows: readonly { readonly followerId: string; readonly followeeId: string }[];
  readonly interactions: readonly (Interaction & { readonly occurredAt: Date })[];
}

/** Reads the features of a user, an item or a pair at a moment; an empty id stands for what is not part of it. */
export type ReadReference = (
  entity: FeatureEntity,
  whose: { readonly userId: string; readonly itemId: string },
  nowMs: number,
) => readonly FeatureReading[];

/**
 * What all features must be: one fold over everything that was acknowledged, event by event, in this one thread, without logs,
 * transactions, batches or caches. Audits and fault tests hold a fleet to it.
 */
export function referenceFold(acknowledged: Acknowledged, vocabulary: InteractionVocabulary): ReadReference {
  const states = new Map<string, EntityState>();
  const stateOf = (view: ViewName, id: string) => states.get(`${view}:${id}`);
  const fold = (view: ViewName, id: string, event: FeatureEvent) => {
    const state = stateOf(view, id) ?? initialState(VIEWS[view]);
    states.set(`${view}:${id}`, state);
    foldInto(VIEWS[view], state, [event]);
  };
  foldProfiles(acknowledged, fold);
  const items = new Map(acknowledged.items.map((item) => [item.itemId, itemFactsOf(item, SOME_CHANGE)]));
  for (const interaction of acknowledged.interactions) {
    const event = interactionSeen(interaction, items.get(interaction.itemId), vocabulary);
    fold('user', interaction.userId, event);
    fold('item', interaction.itemId, event);
  }
  const authors = new Map(acknowledged.items.map(({ itemId, authorId }) => [itemId, authorId]));
  return (entity, { userId, itemId }, nowMs) => {
    const author = authors.get(itemId) ?? '';
    const subject = {
      itemId,
      states: {
        user: stateOf('user', userId),
        userGraph: stateOf('user_graph', userId),
        item: stateOf('item', itemId),
        author: stateOf('user', author),
        authorGraph: stateOf('user_graph', author),
      },
    };
    const selected = selectFeatures(entity, []).filter((one) => one !== undefined);
    return readFeatures(selected, subject, nowMs);
  };
}

// When a change was accepted says nothing about features as long as it is the only one.
const SOME_CHANGE = { acceptedAt: new Date(0), eventId: '' };

function foldProfiles(
  { items, users, follows }: Acknowledged,
  fold: (view: ViewName, id: string, event: FeatureEvent) => void,
): void {
  const occurredAtMs = SOME_CHANGE.acceptedAt.getTime();
  for (const item of items)
    fold('item', item.itemId, { kind: 'item', occurredAtMs, facts: itemFactsOf(item, SOME_CHANGE) });
  for (const user of users)
    fold('user', user.userId, { kind: 'user', occurredAtMs, facts: userFactsOf(user, SOME_CHANGE) });
  for (const { followerId, followeeId } of follows) {
    const seen = { kind: 'follow', delta: 1, occurredAtMs } as const;
    fold('user_graph', followerId, { ...seen, side: 'follower', otherKey: idHash(followeeId) });
    fold('user_graph', followeeId, { ...seen, side: 'followee', otherKey: idHash(followerId) });
  }
}
