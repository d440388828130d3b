import { AppError } from '@attune/errors';
import type {
  CheckpointStore,
  FittedModel,
  ModelDefinition,
  OnProgress,
  PreviousModel,
  TrainingData,
} from '@attune/recommenders';
import type { Material } from './material';
import { holdOutFor, measure } from './measure';
import type { TrainedModel } from './trained-model';

/** What training a model needs. */
export interface TrainModelRequest {
  readonly definition: ModelDefinition;
  readonly material: Material;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly previous?: PreviousModel;
  /** Keeps where a part of the training stands: `measuring` or `training`. */
  readonly checkpointsOf?: (part: string) => CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

type Metrics = Readonly<Record<string, number>>;

/** The share of the progress that the first training, which is only measured, takes. */
const MEASURING_SHARE = 0.5;

/**
 * Trains a model twice: first without what is held out, to measure it on that; then on everything, which is what the artifact
 * holds. A run that is cut off goes on in the part where it was.
 */
export async function trainModel(request: TrainModelRequest): Promise<TrainedModel> {
  const { definition, material, settings, onProgress } = request;
  onProgress?.({ fraction: 0, phase: 'preparing' });
  const measured = await measuredOnce(request);
  await using fitted = await fit(request, material.data, 'training', {
    from: MEASURING_SHARE,
    to: 0.98,
    metrics: measured,
  });
  const graphs = fitted.graphs?.();
  if (graphs === undefined) {
    throw new AppError('unimplemented.graphs', `models of the kind "${definition.name}" cannot be stored yet`);
  }
  const metrics = finite({ ...measured, ...fitted.metrics, ...sizesOf(material.data) });
  onProgress?.({ fraction: 1, phase: 'trained', metrics });
  const { itemIds, userKeys } = material;
  const knowsUsers = graphs.some((graph) => graph.goldenInputs.some((inputs) => 'user_index' in inputs));
  return {
    modelKind: definition.name,
    settings: settings as TrainedModel['settings'],
    featureSchemaHash: '',
    metrics,
    graphs,
    itemIds,
    ...(knowsUsers ? { userKeys } : {}),
  };
}

/** The metrics of the measured part, which a run that was cut off later does not train for again. */
async function measuredOnce(request: TrainModelRequest): Promise<Metrics> {
  const kept = request.checkpointsOf?.('measured');
  const earlier = await kept?.load();
  if (earlier !== undefined) return earlier.state as Metrics;
  const { definition, material, settings, signal } = request;
  const seed = typeof settings.seed === 'number' ? settings.seed : 1;
  const holdOut = holdOutFor(definition, material.data, seed);
  if (holdOut === undefined) return { evaluated_users: 0 };
  const data = { ...material.data, interactions: holdOut.training };
  await using fitted = await fit(request, data, 'measuring', { from: 0, to: MEASURING_SHARE, metrics: {} });
  const metrics = finite(await measure(definition, fitted, holdOut, { seed, signal, items: material.data.items }));
  await kept?.save({ step: 1, state: metrics, tensors: {} });
  return metrics;
}

function fit(
  { definition, settings, previous, checkpointsOf, signal, onProgress }: TrainModelRequest,
  data: TrainingData,
  part: 'measuring' | 'training',
  { from, to, metrics }: { readonly from: number; readonly to: number; readonly metrics: Metrics },
): Promise<FittedModel> {
  return definition.fit({
    data,
    settings,
    signal,
    // measured from the same start as the version that it stands for
    ...(previous === undefined ? {} : { previous }),
    ...(checkpointsOf === undefined ? {} : { checkpoints: checkpointsOf(part) }),
    onProgress: (step) =>
      onProgress?.({
        fraction: from + step.fraction * (to - from),
        phase: part,
        metrics: { ...metrics, ...step.metrics },
      }),
  });
}

function sizesOf({ interactions }: TrainingData): Metrics {
  const { userCount, itemCount, userIndex } = interactions;
  return { users: userCount, items: itemCount, interactions: userIndex.length };
}

/** What is not a number has no place in a manifest, and says nothing. */
function finite(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
