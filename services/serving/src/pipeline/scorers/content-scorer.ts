import type { ModelShelf } from '../../model-ports';
import { asHistory, nearOr } from '../ask-model';
import type { Scorer } from '../parts';
import { NO_FEATURES, scoreBy } from './score-by';

/** How much a candidate is about what the user liked lately, or about the same as the item that the request names. */
export function contentScorer({ models }: { readonly models: ModelShelf }): Scorer {
  return {
    name: 'scorers/content',
    description:
      'scores by what the user liked lately is about, or by likeness to the item that the request names ("content")',
    part: 'content',
    isPersonal: true,
    features: () => NO_FEATURES,
    score: (query, waiting) => scoreBy(models, 'content', () => nearOr(query, () => asHistory(query)), query, waiting),
    withoutIt: 'the slate is ranked without what items are about',
  };
}
