import type { serving } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { injectTrace } from '@attune/telemetry';
import type { Decision } from '../domain/decision';
import type { RecommendQuery } from '../pipeline/slate-request';
import type { RecommendCall } from '../use-cases/decide-slate';
import type { makeExplainDecision } from '../use-cases/explain-decision';
import type { makeGetServingState } from '../use-cases/get-serving-state';
import type { makePredict } from '../use-cases/predict';
import type { makeSimilarItems } from '../use-cases/similar-items';
import { explainQueryOf, toExplanation } from './explanation-mapping';
import {
  recommendQueryOf,
  similarItemsQueryOf,
  toRecommendResponse,
  toServingState,
  toSimilarItemsResponse,
} from './mapping';
import { predictQueryOf, toPredictResponse } from './prediction-mapping';

/** The use cases behind the RPCs. */
export interface ServingUseCases {
  readonly recommend: (query: RecommendQuery, call: RecommendCall) => Promise<Decision>;
  readonly predict: ReturnType<typeof makePredict>;
  readonly explainDecision: ReturnType<typeof makeExplainDecision>;
  readonly similarItems: ReturnType<typeof makeSimilarItems>;
  readonly getServingState: ReturnType<typeof makeGetServingState>;
}

/** The RPCs of serving, but for those about surfaces. */
export function makeHandlers(useCases: ServingUseCases): Partial<Handlers<typeof serving.ServingServiceService>> {
  return {
    recommend: async (request, { signal, deadline }) =>
      toRecommendResponse(
        await useCases.recommend(recommendQueryOf(request), { signal, deadline, traceId: activeTraceId() }),
      ),
    predict: async (request, { signal }) =>
      toPredictResponse(await useCases.predict(predictQueryOf(request), { signal })),
    explainDecision: async (request, { signal, deadline }) =>
      toExplanation(
        await useCases.explainDecision(explainQueryOf(request), { signal, deadline, traceId: activeTraceId() }),
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
