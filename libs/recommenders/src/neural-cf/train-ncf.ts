import type { Interactions } from '@attune/interactions';
import { type EngineLogger, type FitBatch, type FitProgress, fitNet, type Schedule } from '@attune/nn';
import type { CheckpointStore } from '../model';
import { makeNegativeSampler } from '../negatives/negative-sampler';
import { batchCount, type PreferenceBatchOptions, preferenceBatches } from '../negatives/preference-batches';
import { heldOutNdcg, holdOut } from './hold-out';
import type { NcfTensors, Stage } from './ncf-stages';
import { NcfTrainee } from './ncf-trainee';

/** One stage's training. */
export interface TrainStageRequest {
  readonly stage: Stage;
  readonly interactions: Interactions;
  /** What it begins at, where it is not at random numbers. */
  readonly start?: NcfTensors;
  /** Of this stage alone. */
  readonly checkpoints?: CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly logger?: EngineLogger;
}

/** What a stage gives. */
export interface TrainedStage {
  readonly tensors: NcfTensors;
  /** Up to the one that was kept. */
  readonly epochs: number;
  /** Mean of the last epoch. */
  readonly loss: number;
  /** NDCG@10 on held-out interactions; absent where none are held out. */
  readonly ndcg?: number;
}

/** Trains one net, and with `patience` keeps the epoch that ranked held-out interactions best. */
export async function trainStage(request: TrainStageRequest): Promise<TrainedStage> {
  const { stage, interactions, start, checkpoints, signal, onProgress } = request;
  const { settings, epochs } = stage;
  const held = settings.patience > 0 ? holdOut(interactions, settings.seed) : undefined;
  const examples: PreferenceBatchOptions = {
    interactions: held?.training ?? interactions,
    sampler: makeNegativeSampler(interactions),
    negativesPerPositive: settings.negatives,
    batchSize: settings.batchSize,
    seed: settings.seed,
  };
  await using trainee = await NcfTrainee.open(stage, interactions, request.logger);
  if (start !== undefined) await trainee.load(start);
  const { losses, bestEpoch, bestMetric } = await fitNet({
    compiled: trainee.compiled,
    tables: trainee.tables,
    epochs,
    batches: (epoch) => batchesOf(trainee, examples, epoch),
    schedule: scheduleOf(stage, epochs * batchCount(examples)),
    ...(held && {
      earlyStopping: {
        evaluate: async () => heldOutNdcg(await trainee.predict(held.users, held.items)),
        better: 'higher',
        patience: settings.patience,
      },
    }),
    ...(checkpoints && { checkpoints }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const ndcg = bestMetric !== undefined && { ndcg: bestMetric };
  return { tensors: await trainee.tensors(), epochs: bestEpoch, loss: losses.at(-1)!, ...ndcg };
}

function* batchesOf(trainee: NcfTrainee, examples: PreferenceBatchOptions, epoch: number): Generator<FitBatch> {
  for (const { users, items, labels } of preferenceBatches(examples, epoch)) {
    yield { feeds: { labels }, indices: trainee.indicesOf(users, items) };
  }
}

function scheduleOf({ settings, learningRate }: Stage, total: number): Schedule {
  return settings.schedule === 'constant'
    ? { kind: 'constant', learningRate }
    : { kind: 'cosine', learningRate, warmUp: 0, total };
}
