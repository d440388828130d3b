import { type experiment as contract, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { ExperimentDefinition } from '@attune/experiments';
import type { ExperimentBook } from '../experiment-ports';

/** What the consumer needs. */
export interface OnExperimentChangedParts {
  readonly experiments: Pick<ExperimentBook, 'changed'>;
  readonly definitionOf: (message: contract.Experiment) => ExperimentDefinition;
}

/**
 * Makes the consumer of `experiments.v1`. One replica of the group hears of a change and keeps it where all of them look; a change that
 * arrives again, or after a later one, changes nothing.
 */
export function makeOnExperimentChanged({ experiments, definitionOf }: OnExperimentChangedParts) {
  return async function onExperimentChanged(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    for (const record of batch) {
      const experiment = decode(record);
      if (experiment instanceof AppError) await context.deadLetter(record, experiment);
      else await experiments.changed(definitionOf(experiment));
    }
  };
}

function decode({ value }: DeliveredRecord): contract.Experiment | AppError {
  try {
    const { experiment } = TOPIC_CODECS.experiments.decode(value);
    return experiment ?? new AppError('invalid.event', 'the record names no experiment');
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an ExperimentChanged', { cause });
  }
}
