import { AppError } from '@attune/errors';
import type {
  CheckpointStore,
  FittedModel,
  ModelDefinition,
  OnProgress,
  PreviousModel,
  TrainingData,
} from '@attune/recommenders';
import { type Champion, type ChampionRecipe, championRecipe } from './champion';
import type { Measurement } from './evaluation';
import type { Material } from './material';
import { holdOutFor, type Measured, measure } from './measure';
import { withoutPairs } from './observe';
import { finiteMetrics, type TrainedModel } from './trained-model';

/** What training a model needs. */
export interface TrainModelRequest {
  readonly definition: ModelDefinition;
  readonly material: Material;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly previous?: PreviousModel;
  /** The version in production, whose recipe is measured on the same questions. */
  readonly champion?: Champion;
  /** Keeps where a part of the training stands: `measuring` or `training`. */
  readonly checkpointsOf?: (part: string) => CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

type Metrics = Readonly<Record<string, number>>;
type Part = 'measuring' | 'measuring_champion' | 'training';

/** The share of the progress that the first training, which is only measured, takes. */
const MEASURING_SHARE = 0.5;

/**
 * Trains a model twice: first without what is held out, to measure it on that; then on everything, which is what the artifact
 * holds. A run that is cut off goes on in the part where it was.
 */
export async function trainModel(request: TrainModelRequest): Promise<MeasuredModel> {
  const { definition, material, settings, onProgress } = request;
  onProgress?.({ fraction: 0, phase: 'preparing' });
  const { metrics: measured, measurement } = await measuredOnce(request);
  await using fitted = await fit(request, material.data, 'training', {
    from: MEASURING_SHARE,
    to: 0.98,
    metrics: measured,
  });
  const graphs = fitted.graphs?.();
  if (graphs === undefined) {
    throw new AppError('unimplemented.graphs', `models of the kind "${definition.name}" cannot be stored yet`);
  }
  const metrics = finiteMetrics({ ...measured, ...fitted.metrics, ...sizesOf(material.data) });
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
    ...(measurement === undefined ? {} : { measurement }),
  };
}

/** A trained model, with what it is expected to be worth. */
export type MeasuredModel = TrainedModel & { readonly measurement?: Measurement };

/** What the measured part found, which a run that was cut off later does not train for again. */
async function measuredOnce(request: TrainModelRequest): Promise<Measured> {
  const kept = request.checkpointsOf?.('measured');
  const earlier = await kept?.load();
  if (earlier !== undefined) return earlier.state as Measured;
  const { definition, material, settings, previous, champion, signal } = request;
  const seed = typeof settings.seed === 'number' ? settings.seed : 1;
  const holdOut = holdOutFor(definition, material.data, seed);
  const rival = championRecipe(definition, champion, settings);
  if (holdOut === undefined) return nothingToAsk(rival);
  const data = { ...withoutPairs(material.data, holdOut.test), interactions: holdOut.training };
  const theirs = rival?.method === 'recipe' ? rival.settings : undefined;
  const end = theirs === undefined ? MEASURING_SHARE : MEASURING_SHARE / 2;
  await using fitted = await fit(request, data, 'measuring', { from: 0, to: end, metrics: {} });
  await using rivalFitted =
    theirs === undefined
      ? undefined
      : await fit({ ...request, settings: theirs, previous: undefined }, data, 'measuring_champion', {
          from: end,
          to: MEASURING_SHARE,
          metrics: {},
        });
  const { metrics, measurement } = await measure(definition, fitted, holdOut, {
    ...{ seed, signal, items: material.data.items },
    opponents: rival === undefined ? [] : [{ ...rival, ...(rivalFitted && { scorer: rivalFitted }) }],
    caveat: previous === undefined ? '' : SEEN_BY_THE_START,
  });
  const measured = { metrics: finiteMetrics(metrics), measurement };
  await kept?.save({ step: 1, state: measured, tensors: {} });
  return measured;
}

const SEEN_BY_THE_START = 'the training began from the version in production, which had learned what was hidden';

/** Where nobody has anything to hide, that the recipe is the same is all that can be said. */
function nothingToAsk(rival: ChampionRecipe | undefined): Measured {
  const metrics = { evaluated_users: 0 };
  if (rival?.method !== 'same_recipe') return { metrics };
  const caveat = 'no user has two interactions, of which one could be hidden';
  const { name: opponent, method } = rival;
  const comparisons = [{ opponent, method, metrics: [], gains: [] }];
  return { metrics, measurement: { method: 'nothing could be asked', caveat, userCount: 0, metrics: [], comparisons } };
}

function fit(
  { definition, settings, previous, checkpointsOf, signal, onProgress }: TrainModelRequest,
  data: TrainingData,
  part: Part,
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
