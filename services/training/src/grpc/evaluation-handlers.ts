import type { training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Handlers } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { EvaluationStore } from '../evaluation-ports';
import type { makeEvaluateModel } from '../use-cases/evaluate-model';
import { toEvaluation } from './evaluation-mapping';
import { toRun, versionFromWire } from './mapping';

type EvaluationHandlers = Pick<
  Handlers<training.TrainingServiceServer>,
  'evaluateModel' | 'getEvaluation' | 'listEvaluations'
>;

/** Handlers of the RPCs about evaluations. */
export function makeEvaluationHandlers(use: {
  readonly evaluateModel: ReturnType<typeof makeEvaluateModel>;
  readonly evaluations: EvaluationStore;
}): EvaluationHandlers {
  return {
    evaluateModel: async (request, { caller, signal }) => {
      const { model, datasetId, metrics, startOnly } = request;
      const version = versionFromWire(request.version);
      const { run, evaluation } = await use.evaluateModel(
        {
          ...{ model, datasetId, metrics, startOnly, actor: caller ?? 'unknown' },
          ...(version === undefined ? {} : { version }),
        },
        { signal },
      );
      const told = evaluation && toEvaluation(evaluation);
      return { metrics: told?.metrics ?? [], evaluation: told, run: toRun(run) };
    },
    getEvaluation: async ({ evaluationId }) => {
      const evaluation = await use.evaluations.get(evaluationId);
      if (evaluation !== undefined) return { evaluation: toEvaluation(evaluation) };
      const message = `evaluation "${evaluationId}" does not exist; ListEvaluations shows those there are`;
      throw new AppError('not_found.evaluation', message);
    },
    listEvaluations: async (request) => {
      const size = pageSize(request.pageSize, 50);
      const question = `evaluations:${request.model}:${request.version}`;
      const place = placeOf(request.pageToken, question);
      const version = versionFromWire(request.version);
      const found = await use.evaluations.list({
        model: request.model,
        ...(version === undefined ? {} : { version }),
        ...(place && { after: { createdAt: new Date(String(place[0])), evaluationId: String(place[1]) } }),
        limit: size + 1,
      });
      const { rows, nextPageToken } = page(found, {
        size,
        question,
        placeAfter: ({ createdAt, evaluationId }) => [createdAt.toISOString(), evaluationId],
      });
      return { evaluations: rows.map(toEvaluation), nextPageToken };
    },
  };
}
