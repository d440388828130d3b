import type { FactBatch, FactStore } from '../ports';
import { factsTakenIn } from '../telemetry';

/** Takes facts in; those that come again change nothing. */
export function makeTakeInFacts(facts: FactStore) {
  return async (batch: FactBatch): Promise<void> => {
    await facts.add(batch);
    factsTakenIn('event', batch.events?.length ?? 0);
    factsTakenIn('slate', batch.slates?.length ?? 0);
    factsTakenIn('exposure', batch.exposures?.length ?? 0);
  };
}
