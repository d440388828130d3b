import type {
  CheckpointStore,
  EngagementDefinition,
  EngagementSettings,
  LabelledExamples,
  OnProgress,
} from '@attune/recommenders';
import { type Champion, championRecipe } from './champion';
import { flatEstimates, type Measurement } from './evaluation';
import { type EngagementQuestions, type EngagementRival, measureEngagement, questionsOf } from './measure-engagement';
import type { MeasuredModel } from './train-model';
import { finiteMetrics, type TrainedModel } from './trained-model';
import { LOG_LOSS } from './trainers';

/** What training an engagement model needs. */
export interface TrainEngagementRequest {
  readonly definition: EngagementDefinition;
  readonly examples: LabelledExamples;
  /** [rowCount]: numbers of users, for intervals over users. */
  readonly users: Int32Array;
  readonly featureSchemaHash: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly champion?: Champion;
  /** Keeps where a part of the training stands. */
  readonly checkpointsOf?: (part: string) => CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Trains a model of engagement once: its newest examples are never learned from, so what is measured on them is the artifact itself.
 * The recipe of the version in production is trained beside it where it is another one.
 */
export async function trainEngagement(request: TrainEngagementRequest): Promise<MeasuredModel> {
  const { definition, examples, users, settings, featureSchemaHash, onProgress } = request;
  const questions = questionsOf(examples, users);
  await using fitted = await fit(request, settings, { part: 'training', from: 0, to: 0.6 });
  const seed = typeof settings.seed === 'number' ? settings.seed : 1;
  let measurement: Measurement | undefined;
  if (questions !== undefined) {
    const rivals = await rivalsOf(request, questions);
    measurement = measureEngagement(questions, await fitted.predict(questions.features), { rivals, seed });
  }
  const metrics = { ...fitted.metrics, ...aboutMeasurement(measurement), examples: examples.rowCount };
  onProgress?.({ fraction: 1, phase: 'trained', metrics });
  return {
    modelKind: definition.name,
    settings: settings as TrainedModel['settings'],
    featureSchemaHash,
    metrics: finiteMetrics(metrics),
    graphs: fitted.graphs(),
    itemIds: [],
    features: fitted.features,
    labels: fitted.labels,
    ...(measurement === undefined ? {} : { measurement }),
  };
}

/** The version in production on the same questions: trained anew where its settings are others. */
async function rivalsOf(request: TrainEngagementRequest, questions: EngagementQuestions): Promise<EngagementRival[]> {
  const rival = championRecipe(request.definition, request.champion, request.settings);
  if (rival === undefined) return [];
  const { name: opponent, method } = rival;
  if (method === 'same_recipe') return [{ opponent, method }];
  await using theirs = await fit(request, rival.settings, { part: 'measuring_champion', from: 0.6, to: 0.95 });
  return [{ opponent, method, probabilities: await theirs.predict(questions.features) }];
}

function fit(
  { definition, examples, checkpointsOf, signal, onProgress }: TrainEngagementRequest,
  settings: Readonly<Record<string, unknown>>,
  { part, from, to }: { readonly part: string; readonly from: number; readonly to: number },
) {
  return definition.fit({
    examples,
    settings: settings as EngagementSettings,
    signal,
    ...(checkpointsOf === undefined ? {} : { checkpoints: checkpointsOf(part) }),
    onProgress: (step) => onProgress?.({ ...step, fraction: from + step.fraction * (to - from), phase: part }),
  });
}

function aboutMeasurement(measurement: Measurement | undefined): Record<string, number> {
  if (measurement === undefined) return { evaluated_users: 0 };
  const base = measurement.comparisons.at(-1)!.metrics.find(({ name }) => name === LOG_LOSS);
  return {
    ...flatEstimates(measurement.metrics),
    ...(base && { [`base_rate_${LOG_LOSS}`]: base.value }),
    evaluated_users: measurement.userCount,
  };
}
