import type { common, serving } from '@attune/contracts';
import { validate } from '@attune/grpc';
import type { Contribution, Explanation } from '../domain/explanation/explanation';
import type { UserFeature } from '../domain/feature-table';
import type { ExplainQuery } from '../use-cases/explain-decision';

const MAX_SURFACE_CHARS = 64;
const MAX_LABEL_CHARS = 64;

/** The request of an explanation, checked; throws one `invalid.request` with every violation. */
export function explainQueryOf(request: serving.ExplainDecisionRequest): ExplainQuery {
  const { decisionId, userId, itemId, surface, label } = request;
  const v = validate();
  const isOfNow = decisionId === '';
  v.optionalId('decision_id', decisionId, { max: 128 });
  if (isOfNow && userId === '' && itemId === '') {
    v.check('decision_id', true, 'is empty: name a decision, or a user and an item');
  } else if (isOfNow) {
    v.id('user_id', userId);
    v.id('item_id', itemId);
  } else {
    v.optionalId('user_id', userId);
    v.optionalId('item_id', itemId);
    v.check('surface', surface !== '', 'is of the decision: leave it empty');
  }
  v.optionalId('surface', surface, { max: MAX_SURFACE_CHARS });
  v.optionalId('label', label, { max: MAX_LABEL_CHARS });
  v.throwIfAny();
  return { decisionId, userId, itemId, surface: surface || 'home', label };
}

/** An explanation as the caller sees it. */
export function toExplanation(explanation: Explanation): serving.ExplainDecisionResponse {
  const { prediction } = explanation;
  return {
    decisionId: explanation.decisionId,
    itemId: explanation.itemId,
    position: explanation.position,
    primaryReason: explanation.primaryReason,
    reasons: [...explanation.reasons],
    notShownBecause: explanation.notShownBecause,
    partScores: explanation.partScores.map((one) => ({ ...one })),
    contributions: prediction?.contributions.map(toContribution) ?? [],
    baseValue: prediction?.base ?? 0,
    prediction: prediction?.prediction ?? 0,
    method: prediction?.method ?? '',
    standardError: prediction?.standardError ?? 0,
    label: prediction?.label ?? '',
    model: prediction && { ...prediction.model },
    confidence: explanation.confidence,
    caveats: [...explanation.caveats],
  };
}

function toContribution(one: Contribution): serving.FeatureContribution {
  const { name, description, contribution, standardError, feature } = one;
  return { name, description, contribution, standardError, value: toFeatureValue(feature) };
}

/** Only features that had a value contributed, and those are numbers or lists of numbers. */
function toFeatureValue({ name, value, updatedAtMs }: UserFeature): common.FeatureValue {
  const updatedAt = updatedAtMs === undefined ? undefined : new Date(updatedAtMs);
  if (typeof value === 'number') return { name, updatedAt, value: { $case: 'number', value } };
  const numbers = Array.isArray(value) ? value.filter((entry) => typeof entry === 'number') : [];
  return { name, updatedAt, value: { $case: 'numbers', value: { values: numbers } } };
}
