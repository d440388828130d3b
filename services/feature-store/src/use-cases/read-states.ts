import { itemFacts } from '../domain/blocks/item-facts';
import { VIEWS } from '../domain/feature-registry';
import type { CallOptions, EventStore, FeatureProjection, StatesAnswer, StatesQuestion } from '../ports';
import { projectionMissed } from '../telemetry';

interface Needs {
  readonly projection: FeatureProjection;
  readonly store: EventStore;
  /** Called when the projection turned out not to be whole. */
  readonly onProjectionMissing: () => void;
}

/** Reads states: from the projection in one read, or from the store where the projection is out of order. */
export type ReadStates = (question: StatesQuestion, options?: CallOptions) => Promise<StatesAnswer>;

/** Makes what reads states. */
export function makeReadStates({ projection, store, onProjectionMissing }: Needs): ReadStates {
  return async (question, options = {}) => {
    try {
      const states = await projection.read(question);
      if (states !== undefined) return states;
      onProjectionMissing();
      projectionMissed('not_whole');
    } catch (error) {
      projectionMissed('unavailable', error);
    }
    return fromStore(store, question, options);
  };
}

async function fromStore(
  store: EventStore,
  { userIds, itemIds, withAuthors }: StatesQuestion,
  options: CallOptions,
): Promise<StatesAnswer> {
  const items = await store.states(VIEWS.item, itemIds, options);
  const authorOf = (itemId: string) => items.get(itemId)?.part(itemFacts).facts?.authorId ?? '';
  const authorIds = withAuthors ? itemIds.map(authorOf).filter((id) => id !== '') : [];
  const ids = [...new Set([...userIds, ...authorIds])];
  const [users, graphs] = await Promise.all([
    store.states(VIEWS.user, ids, options),
    store.states(VIEWS.user_graph, ids, options),
  ]);
  return {
    ofUser: (id) => ({ user: users.get(id), userGraph: graphs.get(id) }),
    ofItem: (id) => {
      const authorId = withAuthors ? authorOf(id) : '';
      return { item: items.get(id), author: users.get(authorId), authorGraph: graphs.get(authorId) };
    },
  };
}
