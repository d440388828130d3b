import { events, type serving } from '@attune/contracts';
import { type Validator, validate } from '@attune/grpc';
import type { Decision, ModelRef, Personalization } from '../domain/decision';
import type { RecommendQuery } from '../pipeline/slate-request';
import type { SurfacesState } from '../surface-ports';
import type { ServingState } from '../use-cases/get-serving-state';
import type { SimilarItemsQuery } from '../use-cases/similar-items';
import { toCanaryState } from './canary-mapping';

const MAX_COUNT = 500;
const DEFAULT_COUNT = 10;
const MAX_EXCLUDED = 10_000;
const MAX_SURFACE_CHARS = 64;
const CONTEXT_LIMITS = { maxEntries: 32, maxChars: 256 };

/** The request of a slate, checked; throws one `invalid.request` with every violation. */
export function recommendQueryOf(request: serving.RecommendRequest): RecommendQuery {
  const v = validate();
  v.id('user_id', request.userId);
  v.optionalId('surface', request.surface, { max: MAX_SURFACE_CHARS });
  v.count('count', request.count, { max: MAX_COUNT });
  v.map('context', request.context, CONTEXT_LIMITS);
  checkExcluded(v, request.excludeItemIds);
  v.optionalId('related_to_item_id', request.relatedToItemId);
  v.throwIfAny();
  return {
    userId: request.userId,
    surface: request.surface || 'home',
    count: request.count || DEFAULT_COUNT,
    context: request.context,
    excludedItemIds: request.excludeItemIds,
    includeSeen: request.includeSeen,
    relatedToItemId: request.relatedToItemId,
  };
}

/** The request of similar items, checked like `recommendQueryOf`. */
export function similarItemsQueryOf(request: serving.SimilarItemsRequest): SimilarItemsQuery {
  const v = validate();
  v.id('item_id', request.itemId);
  v.count('count', request.count, { max: MAX_COUNT });
  checkExcluded(v, request.excludeItemIds);
  v.throwIfAny();
  return {
    itemId: request.itemId,
    count: request.count || DEFAULT_COUNT,
    excludedItemIds: new Set(request.excludeItemIds),
  };
}

function checkExcluded(v: Validator, itemIds: readonly string[]): void {
  v.each('exclude_item_ids', itemIds, { max: MAX_EXCLUDED }, (itemId, at) => v.id(at(), itemId));
}

const PERSONALIZATIONS: Readonly<Record<Personalization, events.Personalization>> = {
  personal: events.Personalization.PERSONAL,
  unknown_user: events.Personalization.UNKNOWN_USER,
  no_consent: events.Personalization.NO_CONSENT,
  degraded: events.Personalization.DEGRADED,
};

/** A decision as the caller sees it. */
export function toRecommendResponse(decision: Decision): serving.RecommendResponse {
  return {
    decisionId: decision.decisionId,
    items: decision.slate.map(({ itemId, position, score, sourceScores, reason, placedBy }) => ({
      itemId,
      position,
      score,
      sources: sourceScores.map(({ source }) => source),
      reason,
      placedBy,
    })),
    strategy: decision.strategy,
    personalization: PERSONALIZATIONS[decision.personalization],
    degraded: decision.degraded.map((entry) => ({ ...entry })),
    models: decision.models.map((ref) => ({ ...ref })),
    surfaceVersion: decision.surfaceVersion,
    variants: decision.variants.map((one) => ({ ...one })),
    parameters: { ...decision.parameters },
  };
}

/** Similar items as the caller sees them. Rounding can push a cosine past 1. */
export function toSimilarItemsResponse(found: {
  readonly items: readonly { readonly itemId: string; readonly score: number }[];
  readonly model: ModelRef;
}): serving.SimilarItemsResponse {
  const items = found.items.map(({ itemId, score }) => ({ itemId, similarity: Math.max(-1, Math.min(1, score)) }));
  return { items, model: { ...found.model } };
}

function surfacesState({ origin, confirmedAt, problem }: SurfacesState): serving.SurfacesState {
  const { code, message } = problem ?? { code: '', message: '' };
  return { origin, confirmedAt, problem: problem === undefined ? undefined : { code, message, field: '' } };
}

/** How serving is, as the operator sees it. */
export function toServingState(state: ServingState): serving.GetServingStateResponse {
  return {
    models: state.models.map(({ ref, learnedTo, loadedAt, kind, stage, ...numbers }) => ({
      ...{ ref: { ...ref }, learnedTo, loadedAt, kind, stage },
      ...{ itemCount: numbers.itemCount, userCount: numbers.userCount, callCount: numbers.callCount },
      ...{ canaryShare: numbers.canaryShare, tableBytes: numbers.tableBytes },
    })),
    refused: state.refused.map(({ ref, refusedAt, problem: { code, message } }) => ({
      ref: { ...ref },
      refusedAt,
      problem: { code, message, field: '' },
    })),
    stages: [...state.stages],
    pendingCount: state.pendingCount,
    surfaces: surfacesState(state.surfaces),
    canaries: state.canaries.map(toCanaryState),
  };
}
