import { AppError, isAppError } from '@attune/errors';
import { Circuit, type CircuitRule } from '../domain/circuit';
import type { Clock, FeatureReader } from '../ports';

/** What reading features needs. */
export interface ReadFeaturesParts {
  readonly reader: FeatureReader;
  readonly circuit: CircuitRule;
  readonly clock: Clock;
}

/**
 * Makes the reader of features that slates go through: a feature-store that failed several times in a row is asked only now and then, so
 * that not every slate waits for it.
 */
export function makeReadFeatures({ reader, circuit: rule, clock }: ReadFeaturesParts): FeatureReader {
  const circuit = new Circuit(rule);
  return {
    read: async (question, waiting) => {
      if (!circuit.mayAsk(clock().getTime())) {
        const message = 'the feature-store failed several times and is asked again in a moment';
        throw new AppError('unavailable.feature_store', message);
      }
      try {
        const read = await reader.read(question, waiting);
        circuit.answered();
        return read;
      } catch (error) {
        // A caller that went away says nothing about the feature-store.
        const why: unknown = waiting.signal.aborted ? waiting.signal.reason : error;
        if (!isAppError(why, 'cancelled')) circuit.failed(clock().getTime());
        throw error;
      }
    },
  };
}
