import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { ModelPointer } from '../ports';
import type { ModelFollower } from '../use-cases/follow-models';

const HEARTBEAT_MS = 5_000;

/**
 * Makes the consumer of `models.v1`. One replica of the group hears of a change and keeps it where all of them look; it loads
 * the model itself at once. Only promotions matter: a version that retires serves on until another takes its place.
 */
export function makeOnModelStageChanged({ models }: { readonly models: Pick<ModelFollower, 'promoted'> }) {
  return async function onModelStageChanged(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'signal' | 'heartbeat' | 'deadLetter'>,
  ): Promise<void> {
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      for (const record of batch) {
        const pointer = decode(record);
        if (pointer instanceof AppError) await context.deadLetter(record, pointer);
        else if (pointer !== undefined) await models.promoted(pointer, context);
      }
    } finally {
      clearInterval(beat);
    }
  };
}

function decode({ value }: DeliveredRecord): ModelPointer | AppError | undefined {
  try {
    const { model, toStage, sequence } = TOPIC_CODECS.models.decode(value);
    if (model === undefined) return new AppError('invalid.event', 'the record names no model');
    return toStage === 'production' ? { ref: model, sequence } : undefined;
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not a ModelStageChanged', { cause });
  }
}
