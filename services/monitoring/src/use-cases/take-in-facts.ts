import type { FactBatch, FactStore } from '../fact-ports';
import type { Clock } from '../ports';
import { factsTakenIn } from '../telemetry';

/** Takes facts in; those that come again change nothing. */
export function makeTakeInFacts(facts: FactStore, clock: Clock) {
  return async (batch: FactBatch): Promise<void> => {
    await facts.add(batch, clock());
    for (const [kind, taken] of Object.entries(batch)) factsTakenIn(kind as keyof FactBatch, taken.length);
  };
}
