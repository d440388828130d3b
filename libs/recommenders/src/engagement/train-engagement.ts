import { type CompiledNet, epochOrder, type Feeds, type FitBatch, fitNet } from '@attune/nn';
import { crossEntropy } from '../calibration/cross-entropy';
import type { CheckpointStore, OnProgress } from '../model';
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
  readonly checkpoints?: CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** How a training went. */
export interface EngagementTraining {
  /** Up to the one that was kept. */
  readonly epochs: number;
  /** Of that epoch: the mean over the validation rows, in nats. */
  readonly validationLoss: number;
}

const PREDICTED_AT_ONCE = 4_096;

/** Trains until the loss on the validation rows has not become smaller for `patience` epochs, and keeps the best epoch's parameters. */
export async function trainEngagement(request: TrainEngagementRequest): Promise<EngagementTraining> {
  const { compiled, settings, train, validation, checkpoints, signal, onProgress } = request;
  const { epochs, patience, learningRate } = settings;
  const { bestEpoch, bestMetric } = await fitNet({
    compiled,
    epochs,
    batches: (epoch) => batchesOf(train, settings, epoch),
    schedule: { kind: 'constant', learningRate },
    earlyStopping: {
      evaluate: async () => lossOf(await predictLogits(compiled, validation), validation),
      better: 'lower',
      patience,
    },
    ...(checkpoints && { checkpoints }),
    ...(signal && { signal }),
    onProgress: ({ epoch, isEpochDone, loss, metric, samplesPerSecond }) =>
      onProgress?.({
        fraction: (isEpochDone ? epoch : epoch - 1) / epochs,
        phase: 'training',
        metrics: {
          epoch,
          loss,
          examples_per_second: samplesPerSecond,
          ...(metric !== undefined && { validation_loss: metric }),
        },
      }),
  });
  return { epochs: bestEpoch, validationLoss: bestMetric! };
}

function* batchesOf(train: NetRows, { batchSize, seed }: EngagementSettings, epoch: number): Generator<FitBatch> {
  const order = epochOrder(train.rowCount, { seed, epoch });
  for (let start = 0; start < order.length; start += batchSize) {
    yield { feeds: feedsOf(train, order.subarray(start, start + batchSize)) };
  }
}

function feedsOf({ rowCount, inputs, labels, masks }: NetRows, rows: Int32Array): Feeds {
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
    loss += masks[at]! * crossEntropy(labels[at]!, z);
  }
  return loss / rowCount;
}
