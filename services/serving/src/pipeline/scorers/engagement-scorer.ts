import { calibratePart } from '../../domain/calibrate-part';
import { engagementInputs, needsOf } from '../../domain/engagement-inputs';
import { expectedValues, logOddsOf } from '../../domain/engagement-value';
import type { ModelShelf } from '../../model-ports';
import type { Waiting } from '../../ports';
import type { PartScores, Scorer, ScoringQuery } from '../parts';
import { NO_FEATURES } from './score-by';

/** What showing a candidate is worth: the probabilities of clicks, likes, comments and shares, each times its value on the surface. */
export function engagementScorer({ models }: { readonly models: ModelShelf }): Scorer {
  return {
    name: 'scorers/engagement',
    description:
      'scores by how likely the user clicks, likes, comments and shares, each by its value on the surface ("engagement")',
    part: 'engagement',
    isPersonal: true,
    features: ({ userId, versions }) => {
      using model = models.borrow('engagement', userId, versions);
      return model === undefined ? NO_FEATURES : needsOf(model.features);
    },
    score: (query, waiting) => scoreByValue(models, query, waiting),
    withoutIt: 'the slate is ranked without how likely people engage',
  };
}

async function scoreByValue(
  models: ModelShelf,
  { request, features }: ScoringQuery,
  waiting: Waiting,
): Promise<PartScores | undefined> {
  if (features === undefined) return undefined;
  using model = models.borrow('engagement', request.userId, request.versions);
  if (model === undefined) return undefined;
  const inputs = engagementInputs(model.features, features.user, features.items);
  const probabilities = await model.predict(inputs, waiting);
  const expected = expectedValues(probabilities, model.labels, request.surface.engagementValues);
  if (expected === undefined) return undefined;
  return {
    raw: expected.values,
    // Probabilities are calibrated by their training; beside the other parts what counts is how far they are apart.
    calibrated: calibratePart(logOddsOf(expected)),
    ...clicksOf(probabilities, model.labels),
    model: model.ref,
  };
}

/** The column of clicks, where the model has one: what monitoring holds against what happens. */
function clicksOf(all: Float32Array, labels: readonly string[]): Pick<PartScores, 'probabilities'> {
  const column = labels.indexOf('click');
  if (column < 0) return {};
  const rows = all.length / labels.length;
  return { probabilities: Float32Array.from({ length: rows }, (_, row) => all[row * labels.length + column]!) };
}
