import type { ModelShelf } from '../../ports';
import type { Source } from '../parts';

/** What is popular with everybody, by the popularity model in production. */
export function trendingSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/trending',
    turn: 'always',
    isPersonal: false,
    withoutIt: 'what people did in the last hours stood in for what is trending',
    propose: async ({ count }, waiting) => {
      using model = models.borrow('popularity');
      if (model === undefined) {
        const message = 'no "popularity" model is loaded: what people did in the last hours stands in for it';
        return {
          items: [],
          isExhausted: true,
          note: 'no model',
          degraded: { code: 'failed_precondition.model', message },
        };
      }
      const { items } = await model.popular(Math.min(count, model.itemCount), waiting);
      return { items, isExhausted: count >= model.itemCount, model: model.ref };
    },
  };
}
