import { itemFacts } from '../domain/blocks/item-facts';
import { interactionEvents } from '../domain/entity-events';
import { VIEWS } from '../domain/feature-registry';
import type { AcceptedInteraction, InteractionVocabulary } from '../domain/interaction';
import type {
  CallOptions,
  Clock,
  EffectTransaction,
  EventStore,
  FeatureProjection,
  LogPosition,
  States,
} from '../ports';
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

interface Applied {
  readonly freshCount: number;
  readonly user: States;
  readonly item: States;
}

const NOTHING: Applied = { freshCount: 0, user: new Map(), item: new Map() };

/**
 * Gives interactions their effect, once: history, feature states and positions change in one transaction, and only events
 * that the history did not have are folded. The projection follows the commit.
 */
export function makeApplyInteractions(needs: Needs): ApplyInteractions {
  return async (batches, options = {}) => {
    const all = batches.length === 1 ? batches[0]!.events : batches.flatMap(({ events }) => events);
    const applied = await needs.store.transaction(
      needs.clock(),
      async (tx) => {
        const fresh = await newOf(tx, all, batches);
        return fresh.length === 0 ? NOTHING : applyNew(tx, fresh, needs.vocabulary);
      },
      options,
    );
    const seenBefore = applied.freshCount < all.length ? all : [];
    await projectStates(
      needs,
      {
        user: { changed: applied.user, unchangedIds: new Set(seenBefore.map(({ userId }) => userId)) },
        item: { changed: applied.item, unchangedIds: new Set(seenBefore.map(({ itemId }) => itemId)) },
      },
      options,
    );
    interactionsApplied(all, applied.freshCount, needs.clock());
  };
}

/** Notes how far each partition is, and returns the events that nobody has applied yet. */
async function newOf(
  tx: EffectTransaction,
  all: readonly AcceptedInteraction[],
  batches: readonly PartitionBatch[],
): Promise<readonly AcceptedInteraction[]> {
  const added = await tx.addNewIds(all.map(({ eventId }) => eventId));
  const fresh: AcceptedInteraction[] = [];
  for (const { events, position } of batches) {
    // The first of two events with the same id is the one that counts.
    const own = added === undefined ? events : events.filter(({ eventId }) => added.delete(eventId));
    await tx.advance(position, own.length);
    for (const event of own) fresh.push(event);
  }
  return added === undefined ? all : fresh;
}

/**
 * Items are locked first: what is known of an item now is what the interaction says about the taste of its user, for ever, so the
 * history keeps which change of the item that was.
 */
async function applyNew(
  tx: EffectTransaction,
  fresh: readonly AcceptedInteraction[],
  vocabulary: InteractionVocabulary,
): Promise<Applied> {
  const items = await tx.lockStates(
    VIEWS.item,
    distinct(fresh, ({ itemId }) => itemId),
  );
  const users = await tx.lockStates(
    VIEWS.user,
    distinct(fresh, ({ userId }) => userId),
  );
  const factsOf = (itemId: string) => items.get(itemId)!.part(itemFacts).facts;
  const seq = await tx.nextSeq();
  await tx.addInteractions(
    seq,
    fresh.map((event) => ({ event, itemChange: factsOf(event.itemId)?.tie ?? 0 })),
  );
  const events = interactionEvents(fresh, factsOf, vocabulary);
  return {
    freshCount: fresh.length,
    user: await foldStates(tx, VIEWS.user, { seq, locked: users, events: events.user }),
    item: await foldStates(tx, VIEWS.item, { seq, locked: items, events: events.item }),
  };
}

function distinct<T>(all: readonly T[], idOf: (one: T) => string): string[] {
  return [...new Set(all.map(idOf))];
}
