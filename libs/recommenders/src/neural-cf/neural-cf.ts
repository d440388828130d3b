import { AppError } from '@attune/errors';
import { filterInteractions, type Interactions } from '@attune/interactions';
import type { FitProgress } from '@attune/nn';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { startAtAls } from './als-pretraining';
import { NcfModel } from './ncf-model';
import { type NcfSettings, ncfSearchSpace, ncfSettings } from './ncf-settings';
import { mergePretrained, type NcfTensors, type Stage, stagesOf } from './ncf-stages';
import { weightsOf } from './ncf-state';
import { fingerprint, StageCheckpoints } from './stage-checkpoints';
import { type TrainedStage, trainStage } from './train-ncf';
import { fillUnseenRows } from './unseen-rows';
import { warmStart } from './warm-start';

/** Neural collaborative filtering (He et al. 2017): GMF, MLP and NeuMF; docs/models/neural_cf.md has its equations. */
export const NEURAL_CF: ModelDefinition<NcfSettings> = {
  name: 'neural_cf',
  description: 'What a network finds that users and items have with each other: GMF, MLP or both (NeuMF).',
  tasks: ['ranking'],
  needs: [],
  ranksForStrangers: true,
  settings: ncfSettings,
  searchSpace: ncfSearchSpace,
  fit: fitNcf,
};

async function fitNcf(request: FitRequest<NcfSettings>): Promise<FittedModel> {
  const { settings, previous } = request;
  // an interaction that speaks against its item is no positive
  const interactions = filterInteractions(
    request.data.interactions,
    (entry) => request.data.interactions.value[entry]! > 0,
  );
  if (interactions.itemIndex.length === 0) {
    throw new AppError(
      'failed_precondition.dataset_no_positives',
      'the data set has no positive interaction; record some',
    );
  }
  const warm = previous && warmStart(previous, settings);
  const trained = await trainStages(request, interactions, warm);
  const weights = weightsOf(settings, (name) => trained.tensors[name]);
  fillUnseenRows(weights, interactions);
  const metrics = {
    loss: trained.loss,
    epochs: trained.epochs,
    ...(trained.ndcg !== undefined && { held_out_ndcg: trained.ndcg }),
    begun_at_previous: warm === undefined ? 0 : 1,
  };
  return new NcfModel(weights, metrics, settings.threads);
}

async function trainStages(
  request: FitRequest<NcfSettings>,
  interactions: Interactions,
  warm: NcfTensors | undefined,
): Promise<TrainedStage> {
  const { settings, signal, logger } = request;
  const stages = stagesOf(settings, warm !== undefined);
  const checkpoints = await StageCheckpoints.open(request.checkpoints, fingerprint(settings, interactions));
  const { done } = checkpoints;
  for (;;) {
    const stage = stages[done.length]!;
    const isLast = done.length === stages.length - 1;
    const trained = await trainStage({
      stage,
      interactions,
      // a stage that goes on from a checkpoint does not look at its start
      start: isLast && !checkpoints.isBegun ? (warm ?? (await pretrained(request, interactions, done))) : undefined,
      checkpoints: checkpoints.stage(epochsBefore(stages, done.length)),
      signal,
      logger,
      onProgress: (progress) => tell(request, stages, done.length, progress),
    });
    if (isLast) return trained;
    checkpoints.finish(trained.tensors);
  }
}

/** What the last net begins at, from what was trained or solved before it; undefined where nothing was. */
async function pretrained(
  { settings, signal }: FitRequest<NcfSettings>,
  interactions: Interactions,
  [gmf, mlp]: readonly NcfTensors[],
): Promise<NcfTensors | undefined> {
  if (gmf !== undefined && mlp !== undefined) return mergePretrained(gmf, mlp, settings.alpha);
  if (settings.variant === 'mlp' || settings.pretrain !== 'als') return undefined;
  return startAtAls({ settings, interactions, signal });
}

function epochsBefore(stages: readonly Stage[], stage: number): number {
  return stages.slice(0, stage).reduce((sum, { epochs }) => sum + epochs, 0);
}

function tell(
  { onProgress }: FitRequest<NcfSettings>,
  stages: readonly Stage[],
  stage: number,
  { epoch, isEpochDone, loss, learningRate, samplesPerSecond, metric }: FitProgress,
): void {
  const { settings } = stages[stage]!;
  const epochsDone = isEpochDone ? epoch : epoch - 1;
  onProgress?.({
    fraction: (epochsBefore(stages, stage) + epochsDone) / epochsBefore(stages, stages.length),
    phase: stages.length > 1 ? `training ${settings.variant}` : 'training',
    metrics: {
      epoch,
      loss,
      learning_rate: learningRate,
      examples_per_second: samplesPerSecond,
      ...(metric !== undefined && { held_out_ndcg: metric }),
    },
  });
}
