import type { ModelShelf } from '../../model-ports';
import { nothing, proposeBy } from '../ask-model';
import type { Source } from '../parts';

/** What is popular with everybody, by the popularity model in production. */
export function trendingSource({ models }: { readonly models: ModelShelf }): Source {
  return {
    name: 'sources/trending',
    description: 'proposes what is popular with everybody, by the "popularity" model',
    reason: 'Trending',
    turn: 'always',
    isPersonal: false,
    withoutIt: 'what people did in the last hours stood in for what is trending',
    propose: async ({ request, count }, waiting) => {
      const proposal = await proposeBy(
        models,
        {
          kind: 'popularity',
          request,
          count,
          asker: () => ({ by: 'everybody' }),
          unknown: 'the model knows no items',
        },
        waiting,
      );
      if (proposal !== undefined) return proposal;
      const message = 'no "popularity" model is loaded: what people did in the last hours stands in for it';
      return { ...nothing('no model'), degraded: { code: 'failed_precondition.model', message } };
    },
  };
}
