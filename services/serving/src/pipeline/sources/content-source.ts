import type { ModelShelf } from '../../model-ports';
import { asHistory, noModel, positiveOnly, proposeBy } from '../ask-model';
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
    propose: async ({ request, user, count }, waiting) => {
      const proposal = await proposeBy(
        models,
        {
          kind: 'content',
          userId: request.userId,
          count,
          asker: () => asHistory({ request, user }),
          unknown: 'the model knows nothing of what the user liked lately',
        },
        waiting,
      );
      if (proposal === undefined) return noModel('content');
      const positive = positiveOnly(proposal);
      return { ...positive, knowsUser: positive.items.length > 0 };
    },
  };
}
