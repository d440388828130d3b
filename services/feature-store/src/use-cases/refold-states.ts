import { VIEWS } from '../domain/feature-registry';
import type { FeatureView } from '../domain/feature-view';
import type { FeatureEvent } from '../domain/features/feature';
import { foldInto } from '../domain/fold';
import type { InteractionVocabulary } from '../domain/interaction';
import { type EntityState, initialState } from '../domain/packed-state';
import type { KeptEvent, RefoldStore, RefoldTransaction } from '../ports';
import { viewRefolded } from '../telemetry';

interface Needs {
  readonly refold: RefoldStore;
  readonly vocabulary: InteractionVocabulary;
}

/**
 * Folds the states of every view again whose features changed, from all that the tables hold, and returns how many states
 * that were. A new feature so has its past from its first moment.
 */
export function makeRefoldStates({ refold, vocabulary }: Needs) {
  return async (): Promise<number> => {
    let count = 0;
    for (const view of Object.values(VIEWS)) {
      count += await refold(async (tx) => {
        if ((await tx.schemaOf(view)) === view.schemaHash) return 0;
        await tx.lockAll();
        // Another instance may have done it while this one waited.
        if ((await tx.schemaOf(view)) === view.schemaHash) return 0;
        const folded = await refoldView(tx, view, vocabulary);
        await tx.setSchema(view);
        viewRefolded(view.entity, folded);
        return folded;
      });
    }
    return count;
  };
}

async function refoldView(
  tx: RefoldTransaction,
  view: FeatureView,
  vocabulary: InteractionVocabulary,
): Promise<number> {
  let open = new Map<string, EntityState>();
  let count = 0;
  const save = async (states: Map<string, EntityState>) => {
    if (states.size === 0) return;
    const versions = await tx.versions(view, [...states.keys()]);
    for (const [id, state] of states) state.version = (versions.get(id) ?? 0) + 1;
    await tx.saveStates(view, states);
    count += states.size;
  };
  for await (const events of tx.events(view)) {
    for (const [id, own] of byEntity(events, vocabulary)) {
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

function byEntity(events: readonly KeptEvent[], vocabulary: InteractionVocabulary): Map<string, FeatureEvent[]> {
  const grouped = new Map<string, FeatureEvent[]>();
  for (const event of events) {
    const own = grouped.get(event.entityId);
    if (own === undefined) grouped.set(event.entityId, seen(event, vocabulary));
    else own.push(...seen(event, vocabulary));
  }
  return grouped;
}

function seen(event: KeptEvent, vocabulary: InteractionVocabulary): FeatureEvent[] {
  const { occurredAtMs } = event;
  switch (event.kind) {
    case 'interaction': {
      const { kind, type, value } = event;
      return [{ kind, type, strength: vocabulary.strengthOf(type, value), occurredAtMs }];
    }
    case 'profile':
      return [{ kind: 'profile', bornAtMs: event.bornAtMs, occurredAtMs }];
    case 'follow': {
      const began = { kind: 'follow', side: event.side, delta: 1, occurredAtMs } as const;
      // A follow that was taken back leaves no trace in a sum, but its users were heard of.
      return event.removed ? [began, { ...began, delta: -1 }] : [began];
    }
    default:
      return event satisfies never;
  }
}
