import { AppError } from '@attune/errors';
import { filterInteractions, type Interactions } from '@attune/interactions';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { pretrainByAls } from './als-pretraining';
import { checkpointOf, fingerprint, progressOf } from './ncf-checkpoint';
import { NcfModel } from './ncf-model';
import { type NcfSettings, ncfSearchSpace, ncfSettings } from './ncf-settings';
import { mergePretrained, type NcfTensors, type Stage, stagesOf } from './ncf-stages';
import { weightsOf } from './ncf-state';
import { type EpochReport, type StageState, type TrainedStage, trainStage } from './train-ncf';
import { fillUnseenRows } from './unseen-rows';
import { warmStart } from './warm-start';

/** Neural collaborative filtering (He et al. 2017): GMF, MLP and NeuMF; docs/models/neural_cf.md has its equations. */
export const NEURAL_CF: ModelDefinition<NcfSettings> = {
  name: 'neural_cf',
  description: 'What a network finds that users and items have with each other: GMF, MLP or both (NeuMF).',
  tasks: ['ranking'],
  needs: [],
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
  const { settings, checkpoints, signal } = request;
  const of = fingerprint(settings, interactions);
  const stages = stagesOf(settings, warm !== undefined);
  const kept = await checkpoints?.load();
  const begun = kept && progressOf(kept, of);
  const done = [...(begun?.done ?? [])];
  const isSolved = settings.variant === 'neumf' && settings.pretrain === 'als' && begun === undefined;
  const start = warm ?? (isSolved ? await pretrainByAls({ settings, interactions, signal }) : undefined);
  let resume = begun?.state;
  for (;;) {
    const stage = stages[done.length]!;
    const before = epochsBefore(stages, done.length);
    const trained = await trainStage({
      stage,
      interactions,
      start: done.length < 2 ? start : mergePretrained(done[0]!, done[1]!, settings.alpha),
      resume,
      signal,
      onEpoch: async (report: EpochReport, state: () => Promise<StageState>) => {
        tell(request, stages, done.length, report);
        const step = before + report.epochsDone;
        if (checkpoints === undefined) return;
        await checkpoints.save(checkpointOf(of, step, { done, state: await state() }));
      },
    });
    if (done.length === stages.length - 1) return trained;
    done.push(trained.tensors);
    resume = undefined;
  }
}

function epochsBefore(stages: readonly Stage[], stage: number): number {
  return stages.slice(0, stage).reduce((sum, { epochs }) => sum + epochs, 0);
}

function tell(
  { onProgress }: FitRequest<NcfSettings>,
  stages: readonly Stage[],
  stage: number,
  { epochsDone, loss, seconds, examples, ndcg }: EpochReport,
): void {
  const { variant } = stages[stage]!.settings;
  onProgress?.({
    fraction: (epochsBefore(stages, stage) + epochsDone) / epochsBefore(stages, stages.length),
    phase: stages.length > 1 ? `training ${variant}` : 'training',
    metrics: {
      epoch: epochsDone,
      loss,
      epoch_seconds: seconds,
      examples_per_second: examples / seconds,
      ...(ndcg !== undefined && { held_out_ndcg: ndcg }),
    },
  });
}
