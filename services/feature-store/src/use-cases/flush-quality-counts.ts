import type { QualityCounts } from '../domain/quality/quality-counts';
import type { Clock } from '../ports';
import type { QualityStore } from '../quality-ports';

interface Needs {
  readonly counts: QualityCounts;
  readonly store: Pick<QualityStore, 'addCounts'>;
  readonly clock: Clock;
}

/**
 * Keeps what was counted since the last time. What cannot be kept is counted further and kept later; where the database took
 * it and its answer was lost, it is kept twice.
 */
export function makeFlushQualityCounts({ counts, store, clock }: Needs): () => Promise<void> {
  return async () => {
    const taken = counts.take();
    try {
      await store.addCounts(taken, clock());
    } catch (error) {
      counts.giveBack(taken);
      throw error;
    }
  };
}
