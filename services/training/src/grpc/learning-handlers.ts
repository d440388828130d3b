import type { training } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { LearningCycles } from '../learning-ports';
import type { makeExplainRetraining, makeRetrain } from '../use-cases/learning/decide-models';
import { toCycle, toDecision } from './learning-mapping';

type LearningHandlers = Pick<
  Handlers<training.TrainingServiceServer>,
  'explainRetraining' | 'retrain' | 'listLearningCycles'
>;

/** Handlers of the RPCs about continuous learning. */
export function makeLearningHandlers(use: {
  readonly explainRetraining: ReturnType<typeof makeExplainRetraining>;
  readonly retrain: ReturnType<typeof makeRetrain>;
  readonly cycles: Pick<LearningCycles, 'list'>;
}): LearningHandlers {
  return {
    explainRetraining: async ({ model }) => {
      const { decisions, nextRoundAt } = await use.explainRetraining(model || undefined);
      return { decisions: decisions.map(toDecision), nextRoundAt };
    },
    retrain: async ({ model, force, reason }, { caller }) => {
      const named = model === '' ? {} : { model };
      const decisions = await use.retrain({ ...named, force, reason, actor: caller ?? 'unknown' });
      return { decisions: decisions.map(toDecision) };
    },
    listLearningCycles: async (request) => {
      const size = pageSize(request.pageSize, 50);
      const question = `cycles:${request.model}`;
      const place = placeOf(request.pageToken, question);
      const found = await use.cycles.list({
        ...(request.model === '' ? {} : { model: request.model }),
        ...(place && { after: { startedAt: new Date(String(place[0])), cycleId: String(place[1]) } }),
        limit: size + 1,
      });
      const { rows, nextPageToken } = page(found, {
        ...{ size, question },
        placeAfter: ({ startedAt, cycleId }) => [startedAt.toISOString(), cycleId],
      });
      return { cycles: rows.map(toCycle), nextPageToken };
    },
  };
}
