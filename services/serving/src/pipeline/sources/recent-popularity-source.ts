import type { RecentPopularity } from '../../ports';
import type { Source } from '../parts';

/** What people did in the last hours, counted without a model: the rule that answers when nothing else does. */
export function recentPopularitySource({ popularity }: { readonly popularity: RecentPopularity }): Source {
  return {
    name: 'sources/recent_popularity',
    turn: 'when_short',
    isPersonal: false,
    withoutIt: 'nothing could be put in the place of what is missing',
    propose: async ({ count }, waiting) => {
      const items = await popularity.top(count, waiting);
      return {
        items,
        isExhausted: true,
        note: items.length === 0 ? 'nothing was recorded in the last hours' : undefined,
      };
    },
  };
}
