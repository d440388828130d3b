import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { StageChange } from '../trial-ports';
import type { ModelFollower } from '../use-cases/follow-models';

const HEARTBEAT_MS = 5_000;

/**
 * Makes the consumer of `models.v1`. One replica of the group hears of a change and keeps it where all of them look; it loads
 * the model itself at once. A version that retires from production serves on until another takes its place.
 */
export function makeOnModelStageChanged({ models }: { readonly models: Pick<ModelFollower, 'moved'> }) {
  return async function onModelStageChanged(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'signal' | 'heartbeat' | 'deadLetter'>,
  ): Promise<void> {
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      for (const record of batch) {
        const change = decode(record);
        if (change instanceof AppError) await context.deadLetter(record, change);
        else await models.moved(change, context);
      }
    } finally {
      clearInterval(beat);
    }
  };
}

function decode({ value }: DeliveredRecord): StageChange | AppError {
  try {
    const { model, fromStage, toStage, sequence, canaryShare } = TOPIC_CODECS.models.decode(value);
    if (model === undefined) return new AppError('invalid.event', 'the record names no model');
    if (toStage === 'canary' && !(canaryShare > 0 && canaryShare <= 1))
      return new AppError('invalid.event', `the record gives a canary a share of ${canaryShare} of the users`);
    return { ref: model, from: fromStage, to: toStage, canaryShare, sequence };
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not a ModelStageChanged', { cause });
  }
}
