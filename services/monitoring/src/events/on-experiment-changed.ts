import { experiment, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { ExperimentFact } from '../domain/facts';
import type { FactBatch } from '../fact-ports';

/** Makes the consumer of `experiments.v1`: an experiment that changed may be why something moved. */
export function makeOnExperimentChanged(takeIn: (batch: FactBatch) => Promise<void>) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    await takeIn({ experiments: await decodeRecords(batch, context, decode) });
  };
}

function decode({ value, appendedAt }: DeliveredRecord): ExperimentFact | AppError {
  const { eventId, experiment: changed, changedAt = appendedAt } = TOPIC_CODECS.experiments.decode(value);
  if (eventId === '' || changed === undefined)
    return new AppError('invalid.event', 'the record has no event id or experiment');
  const state = experiment.ExperimentState[changed.state] ?? '';
  return { eventId, experimentId: changed.experimentId, state: state.toLowerCase(), at: changedAt };
}
