import type { EntityState } from '../domain/entity-state';
import type { FeatureEvent } from '../domain/feature-event';
import { VIEWS } from '../domain/feature-registry';
import type { FeatureView } from '../domain/feature-view';
import { foldInto } from '../domain/fold';
import { initialState } from '../domain/packed-state';
import type { HistoryEvent, RefoldStore, RefoldTransaction } from '../ports';
import { viewRefolded } from '../telemetry';
import type { RequireDays } from './restore-history';

/** Folds states again from the history and returns how many; those of views whose features changed, or all. */
export type RefoldStates = (which?: 'changed' | 'all') => Promise<number>;

interface Needs {
  readonly refold: RefoldStore;
  /** Loads back what has left the database of the history. */
  readonly requireDays: RequireDays;
}

/**
 * Folds the states of every view again whose features changed, from all that the history holds, also what has left the database: a
 * new feature so has its past from its first moment.
 */
export function makeRefoldStates({ refold, requireDays }: Needs): RefoldStates {
  return async (which = 'changed') => {
    let count = 0;
    for (const view of Object.values(VIEWS)) {
      const isFolded = (tx: RefoldTransaction) => isDone(tx, view, which);
      if (await refold(isFolded)) continue;
      await requireDays({ from: undefined, to: undefined, tables: ['interactions', 'entity_changes'] });
      count += await refold(async (tx) => {
        await tx.lockAll();
        // Another instance may have done it while this one waited.
        if (await isFolded(tx)) return 0;
        const folded = await refoldView(tx, view);
        await tx.setSchema(view);
        viewRefolded(view.name, folded);
        return folded;
      });
    }
    return count;
  };
}

async function isDone(tx: RefoldTransaction, view: FeatureView, which: 'changed' | 'all'): Promise<boolean> {
  return which === 'changed' && (await tx.schemaOf(view)) === view.schemaHash;
}

async function refoldView(tx: RefoldTransaction, view: FeatureView): Promise<number> {
  const seq = await tx.nextSeq();
  let open = new Map<string, EntityState>();
  let count = 0;
  const save = async (states: ReadonlyMap<string, EntityState>) => {
    for (const state of states.values()) state.version = seq;
    await tx.replaceStates(view, states);
    count += states.size;
  };
  for await (const events of tx.events(view)) {
    for (const [id, own] of byEntity(events)) {
      const state = open.get(id) ?? initialState(view);
      foldInto(view, state, own);
      open.set(id, state);
    }
    // Events come in the order of entities, so all but the last one are complete.
    const lastId = events.at(-1)!.entityId;
    const last = open.get(lastId)!;
    open.delete(lastId);
    await save(open);
    open = new Map([[lastId, last]]);
  }
  await save(open);
  return count;
}

function byEntity(events: readonly HistoryEvent[]): Map<string, FeatureEvent[]> {
  const grouped = new Map<string, FeatureEvent[]>();
  for (const { entityId, event } of events) {
    const own = grouped.get(entityId);
    if (own === undefined) grouped.set(entityId, [event]);
    else own.push(event);
  }
  return grouped;
}
