import type { ModelShelf } from '../../model-ports';
import { asUser, noModel, proposeBy } from '../ask-model';
import type { Source } from '../parts';

/** What the neural model finds for the user. */
export function neuralSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/neural',
    description: 'proposes what the "neural_cf" model finds for the user',
    reason: 'People with your taste liked it',
    turn: 'always',
    isPersonal: true,
    withoutIt: 'nothing is proposed by the neural model',
    propose: async ({ request, user, count }, waiting) => {
      const proposal = await proposeBy(
        models,
        {
          kind: 'neural_cf',
          request,
          count,
          asker: (model) => asUser(model, { request, user }),
          unknown: 'the model does not know the user',
        },
        waiting,
      );
      if (proposal === undefined) return noModel('neural_cf');
      return { ...proposal, knowsUser: proposal.items.length > 0 };
    },
  };
}
