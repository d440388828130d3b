import type { serving } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { injectTrace } from '@attune/telemetry';
import type { Decision } from '../domain/decision';
import type { makeGetServingState } from '../use-cases/get-serving-state';
import type { RecommendCall, RecommendQuery } from '../use-cases/recommend';
import type { makeSimilarItems } from '../use-cases/similar-items';
import {
  recommendQueryOf,
  similarItemsQueryOf,
  toRecommendResponse,
  toServingState,
  toSimilarItemsResponse,
} from './mapping';

/** The use cases behind the RPCs. */
export interface ServingUseCases {
  readonly recommend: (query: RecommendQuery, call: RecommendCall) => Promise<Decision>;
  readonly similarItems: ReturnType<typeof makeSimilarItems>;
  readonly getServingState: ReturnType<typeof makeGetServingState>;
}

/** The RPCs of serving. Predict and ExplainDecision are not built yet and answer UNIMPLEMENTED. */
export function makeHandlers(useCases: ServingUseCases): Partial<Handlers<typeof serving.ServingServiceService>> {
  return {
    recommend: async (request, { signal, deadline }) =>
      toRecommendResponse(
        await useCases.recommend(recommendQueryOf(request), { signal, deadline, traceId: activeTraceId() }),
      ),
    similarItems: async (request, { signal }) =>
      toSimilarItemsResponse(await useCases.similarItems(similarItemsQueryOf(request), { signal })),
    getServingState: async () => toServingState(await useCases.getServingState()),
  };
}

/** The trace that the call belongs to; empty where nobody traces. A traceparent is `00-<trace id>-<span id>-<flags>`. */
function activeTraceId(): string {
  return injectTrace({}).traceparent?.split('-')[1] ?? '';
}
