import type { RecentPopularity } from '../../ports';
import type { Source } from '../parts';

/** What people did in the last hours, counted without a model: the rule that answers when nothing else does. */
export function recentPopularitySource({ popularity }: { readonly popularity: RecentPopularity }): Source {
  return {
    name: 'sources/recent_popularity',
    description: 'proposes what people did in the last hours, counted without any model',
    reason: 'Popular in the last hours',
    turn: 'when_short',
    isPersonal: false,
    withoutIt: 'nothing could be put in the place of what is missing',
    propose: async ({ count }, waiting) => {
      const { items, scores } = await popularity.top(count, waiting);
      return {
        items,
        scores,
        isExhausted: true,
        note: items.length === 0 ? 'nothing was recorded in the last hours' : undefined,
      };
    },
  };
}
