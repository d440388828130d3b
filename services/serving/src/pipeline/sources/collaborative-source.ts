import type { ModelShelf } from '../../ports';
import type { Source } from '../parts';

/** What people with the user's taste liked, by the matrix factorization in production. */
export function collaborativeSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/collaborative',
    turn: 'always',
    isPersonal: true,
    withoutIt: 'the slate is not personal: it holds what is popular',
    propose: async ({ request, user, count }, waiting) => {
      using model = models.borrow('als');
      if (model === undefined) {
        const message = 'no "als" model is loaded, so the slate is not personal: train and promote one';
        const degraded = { code: 'failed_precondition.model', message };
        return { items: [], isExhausted: true, knowsUser: false, note: 'no model', degraded };
      }
      if (user.forgottenAt !== undefined && model.trainedAt <= user.forgottenAt) {
        const note = 'the user was forgotten, and the model is from before';
        return { items: [], isExhausted: true, model: model.ref, knowsUser: false, note };
      }
      const { items, isKnown } = await model.forUser(request.userId, Math.min(count, model.itemCount), waiting);
      return {
        items,
        isExhausted: !isKnown || count >= model.itemCount,
        model: model.ref,
        knowsUser: isKnown,
        note: isKnown ? undefined : 'the model does not know the user',
      };
    },
  };
}
