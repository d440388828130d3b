import { AppError } from '@attune/errors';
import { Circuit, type CircuitRule } from '../domain/circuit';
import type { Clock, FeatureReader } from '../ports';
import { throughCircuit } from './through-circuit';

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
  const message = 'the feature-store failed several times and is asked again in a moment';
  const guarded = {
    ...{ circuit: new Circuit(rule), clock },
    refusal: () => new AppError('unavailable.feature_store', message),
  };
  return {
    read: (question, waiting) => throughCircuit(guarded, () => reader.read(question, waiting), waiting.signal),
  };
}
