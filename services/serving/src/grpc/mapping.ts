import { events, type serving } from '@attune/contracts';
import { AppError, type FieldViolation } from '@attune/errors';
import type { ScoredItem } from '../domain/candidate';
import type { Decision, ModelRef, Personalization } from '../domain/decision';
import type { SlateRequest } from '../pipeline/parts';
import type { ServingState } from '../use-cases/get-serving-state';
import type { SimilarItemsQuery } from '../use-cases/similar-items';

const MAX_ID = 256;
const MAX_COUNT = 500;
const DEFAULT_COUNT = 10;
const MAX_EXCLUDED = 10_000;
const MAX_CONTEXT_ENTRIES = 32;
const MAX_CONTEXT_KEY = 64;
const MAX_CONTEXT_VALUE = 256;
const MAX_VIOLATIONS = 20;

/** The request of a slate, checked; throws one `invalid.request` with every violation. */
export function slateRequestOf(request: serving.RecommendRequest): SlateRequest {
  const check = new Check();
  check.id('user_id', request.userId);
  check.count(request.count);
  check.excluded(request.excludeItemIds);
  check.context(request.context);
  if (request.surface.length > MAX_CONTEXT_KEY) check.add('surface', `must have at most ${MAX_CONTEXT_KEY} characters`);
  else if (!isText(request.surface)) check.add('surface', UNCLEAN);
  check.done();
  return {
    userId: request.userId,
    surface: request.surface || 'home',
    count: request.count || DEFAULT_COUNT,
    context: request.context,
    excludedItemIds: new Set(request.excludeItemIds),
    includeSeen: request.includeSeen,
  };
}

/** The request of similar items, checked like `slateRequestOf`. */
export function similarItemsQueryOf(request: serving.SimilarItemsRequest): SimilarItemsQuery {
  const check = new Check();
  check.id('item_id', request.itemId);
  check.count(request.count);
  check.excluded(request.excludeItemIds);
  check.done();
  return {
    itemId: request.itemId,
    count: request.count || DEFAULT_COUNT,
    excludedItemIds: new Set(request.excludeItemIds),
  };
}

const PERSONALIZATIONS: Readonly<Record<Personalization, events.Personalization>> = {
  personal: events.Personalization.PERSONAL,
  unknown_user: events.Personalization.UNKNOWN_USER,
  degraded: events.Personalization.DEGRADED,
};

/** A decision as the caller sees it. */
export function toRecommendResponse(decision: Decision): serving.RecommendResponse {
  return {
    decisionId: decision.decisionId,
    items: decision.slate.map(({ itemId, position, score, sourceScores, reason }) => ({
      itemId,
      position,
      score,
      sources: sourceScores.map(({ source }) => source),
      reason,
    })),
    strategy: decision.strategy,
    personalization: PERSONALIZATIONS[decision.personalization],
    degraded: decision.degraded.map((entry) => ({ ...entry })),
    models: decision.models.map((ref) => ({ ...ref })),
  };
}

/** Similar items as the caller sees them. Rounding can push a cosine past 1. */
export function toSimilarItemsResponse(found: {
  readonly items: readonly ScoredItem[];
  readonly model: ModelRef;
}): serving.SimilarItemsResponse {
  const items = found.items.map(({ itemId, score }) => ({ itemId, similarity: Math.max(-1, Math.min(1, score)) }));
  return { items, model: { ...found.model } };
}

/** How serving is, as the operator sees it. */
export function toServingState(state: ServingState): serving.GetServingStateResponse {
  return {
    models: state.models.map(({ ref, loadedAt, itemCount, userCount, callCount }) => ({
      ref: { ...ref },
      loadedAt,
      itemCount,
      userCount,
      callCount,
    })),
    refused: state.refused.map(({ ref, refusedAt, problem: { code, message } }) => ({
      ref: { ...ref },
      refusedAt,
      problem: { code, message, field: '' },
    })),
    stages: [...state.stages],
    pendingCount: state.pendingCount,
  };
}

const UNCLEAN = 'must not hold NUL or half of a surrogate pair';

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0') && !text.includes('\uFFFD');
}

class Check {
  readonly #violations: FieldViolation[] = [];

  add(field: string, description: string): void {
    if (this.#violations.length < MAX_VIOLATIONS) this.#violations.push({ field, description });
  }

  id(field: string, id: string): void {
    if (id.length < 1 || id.length > MAX_ID) this.add(field, `must have 1 to ${MAX_ID} characters`);
    else if (!isText(id)) this.add(field, UNCLEAN);
  }

  count(count: number): void {
    if (count > MAX_COUNT) this.add('count', `must be 1 to ${MAX_COUNT}, or 0 for ${DEFAULT_COUNT}`);
  }

  excluded(itemIds: readonly string[]): void {
    if (itemIds.length > MAX_EXCLUDED) {
      this.add('exclude_item_ids', `must name at most ${MAX_EXCLUDED} items`);
      return;
    }
    for (let i = 0; i < itemIds.length; i++) {
      const { length } = itemIds[i]!;
      if (length < 1 || length > MAX_ID) this.add(`exclude_item_ids[${i}]`, `must have 1 to ${MAX_ID} characters`);
    }
  }

  context(context: Readonly<Record<string, string>>): void {
    const entries = Object.entries(context);
    if (entries.length > MAX_CONTEXT_ENTRIES) this.add('context', `must have at most ${MAX_CONTEXT_ENTRIES} entries`);
    for (const [key, value] of entries) {
      if (key.length < 1 || key.length > MAX_CONTEXT_KEY || value.length > MAX_CONTEXT_VALUE) {
        const limits = `a key of 1 to ${MAX_CONTEXT_KEY} and a value of at most ${MAX_CONTEXT_VALUE} characters`;
        this.add(`context[${key.slice(0, MAX_CONTEXT_KEY)}]`, `must have ${limits}`);
      } else if (!isText(key) || !isText(value)) this.add(`context[${key}]`, UNCLEAN);
    }
  }

  done(): void {
    if (this.#violations.length === 0) return;
    const [first] = this.#violations;
    throw new AppError('invalid.request', `${first!.field} ${first!.description}`, { violations: this.#violations });
  }
}
