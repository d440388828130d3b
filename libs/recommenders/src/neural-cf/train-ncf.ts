import { AppError } from '@attune/errors';
import type { Interactions } from '@attune/interactions';
import { makeNegativeSampler } from '../negatives/negative-sampler';
import { batchCount, type PreferenceBatchOptions, preferenceBatches } from '../negatives/preference-batches';
import { heldOutNdcg, holdOut } from './hold-out';
import type { NcfTensors, Stage } from './ncf-stages';
import { NcfTrainee } from './ncf-trainee';

/** Where a stage is between two epochs. */
export interface StageState {
  readonly epochsDone: number;
  readonly loss: number;
  /** The best epoch so far by the held-out interactions; absent where none are held out. */
  readonly best?: { readonly epoch: number; readonly ndcg: number; readonly tensors: NcfTensors };
  readonly snapshot: NcfTensors;
}

/** What is told after an epoch. */
export interface EpochReport {
  readonly epochsDone: number;
  readonly loss: number;
  readonly seconds: number;
  readonly examples: number;
  /** On held-out interactions; absent where none are held out. */
  readonly ndcg?: number;
}

/** One stage's training. */
export interface TrainStageRequest {
  readonly stage: Stage;
  readonly interactions: Interactions;
  /** What it begins at, where it is not at random numbers. */
  readonly start?: NcfTensors;
  /** Where it was cut off. */
  readonly resume?: StageState;
  readonly signal?: AbortSignal;
  /** `state` makes a copy of everything; it is called only where a checkpoint is kept. */
  readonly onEpoch?: (report: EpochReport, state: () => Promise<StageState>) => Promise<void>;
}

/** What a stage gives. */
export interface TrainedStage {
  readonly tensors: NcfTensors;
  readonly epochs: number;
  readonly loss: number;
  readonly ndcg?: number;
}

/** Trains one net, and with `patience` keeps the epoch that ranked held-out interactions best. */
export async function trainStage(request: TrainStageRequest): Promise<TrainedStage> {
  const { stage, interactions, start, resume, onEpoch } = request;
  const { settings, epochs } = stage;
  const held = settings.patience > 0 ? holdOut(interactions, settings.seed) : undefined;
  const training = held?.training ?? interactions;
  const batches: PreferenceBatchOptions = {
    interactions: training,
    sampler: makeNegativeSampler(interactions),
    negativesPerPositive: settings.negatives,
    batchSize: settings.batchSize,
    seed: settings.seed,
  };
  await using trainee = await NcfTrainee.open(settings, interactions);
  if (start !== undefined) await trainee.load(start);
  if (resume !== undefined) await trainee.restore(resume.snapshot);
  let { best, loss, epochsDone } = resume ?? { best: undefined, loss: 0, epochsDone: 0 };
  const isOver = () => epochsDone >= epochs || (best !== undefined && epochsDone - best.epoch >= settings.patience);
  while (!isOver()) {
    const epoch = await trainEpoch(trainee, batches, request, epochsDone);
    loss = epoch.loss;
    epochsDone++;
    const ndcg = held && heldOutNdcg(await trainee.predict(held.users, held.items));
    if (ndcg !== undefined && ndcg > (best?.ndcg ?? -1)) {
      best = { epoch: epochsDone, ndcg, tensors: await trainee.tensors() };
    }
    const state = async () => ({ epochsDone, loss, ...(best && { best }), snapshot: await trainee.snapshot() });
    await onEpoch?.({ ...epoch, epochsDone, ...(ndcg !== undefined && { ndcg }) }, state);
  }
  const tensors = best?.tensors ?? (await trainee.tensors());
  return { tensors, epochs: best?.epoch ?? epochsDone, loss, ...(best && { ndcg: best.ndcg }) };
}

async function trainEpoch(
  trainee: NcfTrainee,
  batches: PreferenceBatchOptions,
  { stage, signal }: TrainStageRequest,
  epoch: number,
): Promise<{ readonly loss: number; readonly seconds: number; readonly examples: number }> {
  const startedAt = performance.now();
  const steps = batchCount(batches);
  let [sum, examples, step] = [0, 0, epoch * steps];
  for (const batch of preferenceBatches(batches, epoch)) {
    if (signal?.aborted) {
      throw new AppError('cancelled.training', 'the training was cancelled', { cause: signal.reason });
    }
    const share = rateShare(stage, step++ / (stage.epochs * steps));
    const loss = await trainee.step(batch, stage.learningRate * share, stage.gmfRate * share);
    sum += loss * batch.labels.length;
    examples += batch.labels.length;
  }
  return { loss: sum / examples, seconds: (performance.now() - startedAt) / 1_000, examples };
}

/** The share of the learning rate when a share `done` of the steps is over: all of it, or half a cosine from 1 to 0 (Loshchilov and Hutter 2017, equation 5). */
function rateShare({ settings }: Stage, done: number): number {
  return settings.schedule === 'constant' ? 1 : (1 + Math.cos(Math.PI * done)) / 2;
}
