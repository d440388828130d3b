import type { Clock } from '../ports';
import type { FactorUpdates, NewInteractions, UpdateQueue } from '../update-ports';

/** What looking after rounds of learning needs. */
export interface KeepUpdatingParts {
  readonly interactions: Pick<NewInteractions, 'neededSince' | 'prune'>;
  readonly updates: Pick<FactorUpdates, 'unfinished' | 'end' | 'forgetEndedBefore'>;
  readonly queue: UpdateQueue & { state(updateId: string): Promise<string> };
  readonly startFactorUpdate: () => Promise<unknown>;
  readonly clock: Clock;
  readonly mostKept: number;
}

const PRUNE_EVERY_MS = 60_000;
/** How long it is known what rounds learned. */
const ROUNDS_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Makes the use case, done every few seconds: puts rounds into the queue that are not there, ends those whose job has ended without
 * them, begins one where time has made it due, and takes out interactions that no version needs any more.
 */
export function makeKeepUpdating(parts: KeepUpdatingParts) {
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  return async function keepUpdating(): Promise<void> {
    const { interactions, updates, queue, startFactorUpdate, clock, mostKept } = parts;
    for (const updateId of await updates.unfinished()) {
      const state = await queue.state(updateId);
      if (state === 'unknown') await queue.add(updateId);
      else if (state === 'failed' || state === 'completed') await updates.end(updateId, 'failed', clock());
    }
    await startFactorUpdate();
    const now = clock();
    if (now.getTime() - prunedAtMs < PRUNE_EVERY_MS) return;
    await interactions.prune(await interactions.neededSince(now), mostKept);
    await updates.forgetEndedBefore(new Date(now.getTime() - ROUNDS_KEPT_MS));
    prunedAtMs = now.getTime();
  };
}
