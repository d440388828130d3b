import type { FeatureView } from '../domain/feature-view';
import type { FeatureEvent } from '../domain/features/feature';
import { foldInto } from '../domain/fold';
import { type EntityState, initialState } from '../domain/packed-state';
import type { EffectTransaction, States } from '../ports';

/**
 * Folds events into the stored states of a view and returns the states as they are now. States are locked before they are
 * read; one that two transactions create at once is saved by the first, and the second folds onto it in the next round.
 */
export async function foldStates(
  tx: EffectTransaction,
  view: FeatureView,
  events: ReadonlyMap<string, readonly FeatureEvent[]>,
): Promise<States> {
  const folded = new Map<string, EntityState>();
  let pending: readonly string[] = [...events.keys()];
  while (pending.length > 0) {
    const known = await tx.lockStates(view, pending);
    const changed = new Map<string, EntityState>();
    for (const entityId of pending) {
      const state = known.get(entityId) ?? initialState(view);
      foldInto(view, state, events.get(entityId)!);
      state.version += 1;
      changed.set(entityId, state);
    }
    const missed = await tx.saveStates(view, changed);
    for (const [entityId, state] of changed) if (!missed.has(entityId)) folded.set(entityId, state);
    pending = [...missed];
  }
  return folded;
}
