import type { ModelShelf } from '../../model-ports';
import { proposeByLikes } from '../ask-model';
import type { Source } from '../parts';

/** What is about the same as what the user liked lately. */
export function contentSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/content',
    description:
      'proposes what is about the same as what the user liked lately, by words, tags and category, by the "content" model',
    reason: 'Matches your interests',
    turn: 'always',
    isPersonal: true,
    withoutIt: 'nothing is proposed by what it is about',
    propose: (query, waiting) => proposeByLikes(models, 'content', query, waiting),
  };
}
