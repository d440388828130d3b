import type { ModelShelf } from '../../model-ports';
import { asUser, nearOr } from '../ask-model';
import type { Scorer } from '../parts';
import { NO_FEATURES, scoreBy } from './score-by';

/** How much people with the user's taste like a candidate; where the request names an item, how much it is liked by the same people. */
export function collaborativeScorer({ models }: { readonly models: ModelShelf }): Scorer {
  return {
    name: 'scorers/collaborative',
    description:
      'scores by what people with the taste of the user liked, or by nearness to the item that the request names ("als")',
    part: 'collaborative',
    isPersonal: true,
    features: () => NO_FEATURES,
    score: (query, waiting) =>
      scoreBy(models, 'als', (model) => nearOr(query, () => asUser(model, query)), query, waiting),
    withoutIt: 'the slate is ranked without what people with the same taste liked',
  };
}
