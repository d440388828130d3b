import type { ModelShelf } from '../../model-ports';
import { asUser } from '../ask-model';
import type { Scorer } from '../parts';
import { NO_FEATURES, scoreBy } from './score-by';

/** How much the neural model expects the user to like a candidate. */
export function neuralScorer({ models }: { readonly models: ModelShelf }): Scorer {
  return {
    name: 'scorers/neural',
    description: 'scores by what the neural model knows of the user ("neural_cf")',
    part: 'neural',
    isPersonal: true,
    features: () => NO_FEATURES,
    score: (query, waiting) => scoreBy(models, 'neural_cf', (model) => asUser(model, query), query, waiting),
    withoutIt: 'the slate is ranked without the neural model',
  };
}
