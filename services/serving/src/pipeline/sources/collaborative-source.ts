import type { ModelShelf } from '../../model-ports';
import { asUser, nothing, proposeBy } from '../ask-model';
import type { Source } from '../parts';

/** What people with the user's taste liked, by the matrix factorization in production. */
export function collaborativeSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/collaborative',
    description:
      'proposes what people with the taste of the user liked, by the "als" model and what the user did since its training',
    reason: 'People with your taste liked it',
    turn: 'always',
    isPersonal: true,
    withoutIt: 'nothing is proposed by what people with the same taste liked',
    propose: async ({ request, user, count }, waiting) => {
      const proposal = await proposeBy(
        models,
        {
          kind: 'als',
          request,
          count,
          asker: (model) => asUser(model, { request, user }),
          unknown: 'the model does not know the user',
        },
        waiting,
      );
      if (proposal !== undefined) return { ...proposal, knowsUser: proposal.items.length > 0 };
      const message = 'no "als" model is loaded, so nothing is proposed by taste: train and promote one';
      const degraded = { code: 'failed_precondition.model', message };
      return { ...nothing('no model'), knowsUser: false, degraded };
    },
  };
}
