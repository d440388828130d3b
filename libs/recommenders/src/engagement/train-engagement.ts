import { AppError } from '@attune/errors';
import { seededUniform } from '@attune/kernels';
import type { CompiledNet, Feeds, NamedValues } from '@attune/nn';
import type { OnProgress } from '../model';
import { epochSeed } from '../negatives/epoch-seed';
import type { EngagementSettings } from './engagement-settings';

/** Rows that are ready for the net. */
export interface NetRows {
  readonly rowCount: number;
  /** [rowCount x inputs]. */
  readonly inputs: Float32Array;
  /** [rowCount x labels]: 0 or 1. */
  readonly labels: Float32Array;
  /** [rowCount x labels]: what each label counts; 0 where it is not known. */
  readonly masks: Float32Array;
}

/** What a training is given. */
export interface TrainEngagementRequest {
  readonly compiled: CompiledNet;
  readonly train: NetRows;
  readonly validation: NetRows;
  readonly settings: EngagementSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** How a training went. */
export interface EngagementTraining {
  readonly epochs: number;
  /** Mean over the last epoch that was kept, in nats. */
  readonly validationLoss: number;
}

const PREDICTED_AT_ONCE = 4_096;

/** Trains until the loss on the validation rows has not become smaller for `patience` epochs, and keeps the best epoch's parameters. */
export async function trainEngagement(request: TrainEngagementRequest): Promise<EngagementTraining> {
  const { compiled, settings, validation, onProgress } = request;
  let best: { epoch: number; loss: number; state: NamedValues } | undefined;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const { loss, seconds } = await trainEpoch(request, epoch);
    const validationLoss = lossOf(await predictLogits(compiled, validation), validation);
    const rowsPerSecond = request.train.rowCount / seconds;
    onProgress?.({
      fraction: (epoch + 1) / settings.epochs,
      phase: 'training',
      metrics: { epoch: epoch + 1, loss, validation_loss: validationLoss, examples_per_second: rowsPerSecond },
    });
    if (best === undefined || validationLoss < best.loss) {
      best = { epoch, loss: validationLoss, state: await compiled.state() };
    } else if (epoch - best.epoch >= settings.patience) break;
  }
  await compiled.restore(best!.state);
  return { epochs: best!.epoch + 1, validationLoss: best!.loss };
}

async function trainEpoch(
  { compiled, train, settings, signal }: TrainEngagementRequest,
  epoch: number,
): Promise<{ readonly loss: number; readonly seconds: number }> {
  const startedAt = performance.now();
  const order = shuffled(train.rowCount, seededUniform(epochSeed(settings.seed, epoch)));
  let loss = 0;
  for (let start = 0; start < order.length; start += settings.batchSize) {
    if (signal?.aborted) {
      throw new AppError('cancelled.training', 'the training was cancelled', { cause: signal.reason });
    }
    const rows = order.subarray(start, start + settings.batchSize);
    const step = await compiled.step(feedsOf(train, rows), { learningRate: settings.learningRate });
    loss += step.loss * rows.length;
  }
  return { loss: loss / order.length, seconds: (performance.now() - startedAt) / 1_000 };
}

function shuffled(count: number, uniform: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(uniform() * (at + 1));
    const kept = order[at]!;
    order[at] = order[other]!;
    order[other] = kept;
  }
  return order;
}

function feedsOf({ rowCount, inputs, labels, masks }: NetRows, rows: Uint32Array): Feeds {
  const take = (table: Float32Array): Float32Array => {
    const width = table.length / rowCount;
    const taken = new Float32Array(rows.length * width);
    for (const [to, row] of rows.entries()) taken.set(table.subarray(row * width, (row + 1) * width), to * width);
    return taken;
  };
  return { inputs: take(inputs), labels: take(labels), masks: take(masks) };
}

/** Logits of all rows: [rowCount x labels]. */
export async function predictLogits(
  compiled: CompiledNet,
  { rowCount, inputs }: Pick<NetRows, 'rowCount' | 'inputs'>,
): Promise<Float32Array> {
  const width = inputs.length / rowCount;
  const parts: Float32Array[] = [];
  for (let start = 0; start < rowCount; start += PREDICTED_AT_ONCE) {
    const end = Math.min(rowCount, start + PREDICTED_AT_ONCE);
    const { logits } = await compiled.predict({ inputs: inputs.slice(start * width, end * width) });
    parts.push(logits!);
  }
  const all = new Float32Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The loss of the net (mean over the rows, in nats) at given logits. */
function lossOf(logits: Float32Array, { rowCount, labels, masks }: NetRows): number {
  let loss = 0;
  for (let at = 0; at < logits.length; at++) {
    const z = logits[at]!;
    loss += masks[at]! * (Math.max(z, 0) - z * labels[at]! + Math.log1p(Math.exp(-Math.abs(z))));
  }
  return loss / rowCount;
}
