import type { ModelShelf } from '../../model-ports';
import type { Scorer } from '../parts';
import { NO_FEATURES, scoreBy } from './score-by';

/** How popular a candidate is with everybody. */
export function popularityScorer({ models }: { readonly models: ModelShelf }): Scorer {
  return {
    name: 'scorers/popularity',
    description: 'scores by what is popular with everybody ("popularity")',
    part: 'popularity',
    isPersonal: false,
    features: () => NO_FEATURES,
    score: (query, waiting) => scoreBy(models, 'popularity', () => ({ by: 'everybody' }), query, waiting),
    withoutIt: 'the slate is ranked without what is popular',
  };
}
