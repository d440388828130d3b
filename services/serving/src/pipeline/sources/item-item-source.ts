import type { ModelShelf } from '../../model-ports';
import { proposeByLikes } from '../ask-model';
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
    propose: (query, waiting) => proposeByLikes(models, 'item_item', query, waiting),
  };
}
