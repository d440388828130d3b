import type { EntityState } from '../domain/entity-state';
import type { FeatureEvent } from '../domain/feature-event';
import type { FeatureView } from '../domain/feature-view';
import { foldInto } from '../domain/fold';
import type { EffectTransaction, States } from '../ports';

/** Folds events into states that the transaction has locked, saves them under its number and returns those that changed. */
export async function foldStates(
  tx: EffectTransaction,
  view: FeatureView,
  { seq, locked, events }: FoldedTogether,
): Promise<States> {
  const folded = new Map<string, EntityState>();
  for (const [entityId, own] of events) {
    const state = locked.get(entityId)!;
    foldInto(view, state, own);
    state.version = seq;
    folded.set(entityId, state);
  }
  await tx.saveStates(view, folded);
  return folded;
}

interface FoldedTogether {
  readonly seq: number;
  readonly locked: States;
  readonly events: ReadonlyMap<string, readonly FeatureEvent[]>;
}
