import type { ItemCatalog } from '../../item-ports';
import type { ModelKind, ModelShelf } from '../../model-ports';
import { noModel, nothing, proposeBy } from '../ask-model';
import type { Proposal, Source } from '../parts';

/** What tells whether items are alike, the best first. */
const KINDS: readonly ModelKind[] = ['als', 'content'];

/** What is like the item that the request names: liked by the same people, or else about the same. */
export function similarSource({
  models,
  catalog,
}: {
  readonly models: ModelShelf;
  readonly catalog: Pick<ItemCatalog, 'idOf'>;
}): Source {
  return {
    name: 'sources/similar',
    description:
      'proposes what is like the item that the request names, by the "als" model, or the "content" model for what als does not know',
    reason: 'Similar to what you look at',
    turn: 'always',
    isPersonal: false,
    withoutIt: 'the slate holds nothing that is there for being like the item',
    propose: async ({ request, count }, waiting) => {
      const { relatedTo } = request;
      if (relatedTo === undefined) return nothing('the request names no item that is known');
      const because = () => `Similar to ${catalog.idOf(relatedTo)}`;
      let last: Proposal = noModel('als');
      for (const kind of KINDS) {
        const proposal = await proposeBy(
          models,
          { kind, request, count, asker: () => ({ by: 'item', item: relatedTo }), unknown: 'no model knows the item' },
          waiting,
        );
        if (proposal !== undefined && proposal.items.length > 0) return { ...proposal, because };
        last = proposal ?? last;
      }
      return last;
    },
  };
}
