import { AppError, type ErrorCode } from '@attune/errors';
import type { Evaluation } from '../domain/evaluation';
import { DEFAULT_TERMS } from '../domain/promotion-terms';
import type { TrainingRun } from '../domain/run';
import type { EvaluationStore } from '../evaluation-ports';
import type { Clock, ModelRegistry, RunQueue, RunStore } from '../ports';
import type { makeWatchTraining } from './watch-training';

/** What a caller asks for. */
export interface EvaluateModel {
  readonly model: string;
  /** Absent: the newest. */
  readonly version?: number;
  /** Empty: what happened since the version and the one in production were trained. */
  readonly datasetId: string;
  /** Empty: the usual ones. */
  readonly metrics: readonly string[];
  readonly startOnly: boolean;
  readonly actor: string;
}

/** What the settings of a run that evaluates hold. */
export interface EvaluationSettings {
  readonly version: number;
  readonly dataset_id: string;
  readonly metrics: readonly string[];
}

/** The run, and the evaluation once there is one. */
export interface EvaluatedModel {
  readonly run: TrainingRun;
  readonly evaluation?: Evaluation;
}

const METRIC = /^(?:(?:hr|ndcg|recall|precision|map|mrr)@([1-9]\d{0,2})|auc|rmse|mae)$/;
/** A ranking is cut at so many lengths. */
const MOST_METRICS = 50;

/**
 * Evaluates a version as a run of its own: measuring takes as long as there are users, so it is queued, watched, cancelled and tried
 * again like a training, and a caller whose deadline passes loses nothing but its answer.
 */
export function makeEvaluateModel(ports: {
  readonly registry: ModelRegistry;
  readonly evaluations: EvaluationStore;
  readonly runs: RunStore;
  readonly queue: RunQueue;
  readonly watchTraining: ReturnType<typeof makeWatchTraining>;
  readonly clock: Clock;
  readonly newRunId: () => string;
}) {
  return async (request: EvaluateModel, { signal }: { readonly signal: AbortSignal }): Promise<EvaluatedModel> => {
    checkMetrics(request.metrics);
    const { ref } = await ports.registry.get(request.model, request.version);
    const settings: EvaluationSettings = {
      version: ref.version,
      dataset_id: request.datasetId,
      metrics: request.metrics,
    };
    const run = await ports.runs.create({
      ...{ runId: ports.newRunId(), kind: 'evaluation', model: ref.model, state: 'queued', settings: { ...settings } },
      ...{
        promote: false,
        promotionTerms: DEFAULT_TERMS,
        promotion: '',
        promoted: false,
        warmStart: false,
        actor: request.actor,
      },
      ...{ fraction: 0, phase: 'waiting for a worker', metrics: {}, attempt: 0, createdAt: ports.clock() },
    });
    await ports.queue.add(run.runId);
    if (request.startOnly) return { run };
    let last = run;
    for await (const step of ports.watchTraining(run.runId, { signal })) last = step.run;
    signal.throwIfAborted();
    return { run: last, evaluation: await evaluationOf(ports.evaluations, last) };
  };
}

async function evaluationOf(evaluations: EvaluationStore, run: TrainingRun): Promise<Evaluation> {
  const { evaluationId, problem, state, runId } = run;
  const found = evaluationId === undefined ? undefined : await evaluations.get(evaluationId);
  if (found !== undefined) return found;
  if (problem !== undefined) throw new AppError(problem.code as ErrorCode, problem.message);
  throw new AppError('cancelled.run', `run ${runId}, which evaluates ${run.model}, is ${state} and made no evaluation`);
}

function checkMetrics(metrics: readonly string[]): void {
  const violations = metrics
    .filter((metric) => !METRIC.test(metric))
    .map((metric) => ({
      field: 'metrics',
      description: `"${metric}" is no metric; there are hr, ndcg, recall, precision, map and mrr with @k (ndcg@10), auc, rmse, mae`,
    }));
  if (metrics.length > MOST_METRICS) {
    violations.push({ field: 'metrics', description: `at most ${MOST_METRICS} at once` });
  }
  if (violations.length === 0) return;
  throw new AppError('invalid.metrics', violations.map(({ description }) => description).join('; '), { violations });
}
