import type { ModelShelf } from '../../model-ports';
import { asHistory, noModel, positiveOnly, proposeBy } from '../ask-model';
import type { Source } from '../parts';

/** What is liked together with what the user liked lately. */
export function itemItemSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/item_item',
    description: 'proposes what is liked together with what the user liked lately, by the "item_item" model',
    reason: 'Similar to what you liked',
    turn: 'always',
    isPersonal: true,
    withoutIt: 'nothing is proposed by what is liked together with what the user liked lately',
    propose: async ({ request, user, count }, waiting) => {
      const proposal = await proposeBy(
        models,
        {
          kind: 'item_item',
          userId: request.userId,
          count,
          asker: () => asHistory({ request, user }),
          unknown: 'the model knows nothing of what the user liked lately',
        },
        waiting,
      );
      if (proposal === undefined) return noModel('item_item');
      const positive = positiveOnly(proposal);
      return { ...positive, knowsUser: positive.items.length > 0 };
    },
  };
}
