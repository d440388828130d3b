import { VIEWS } from '../domain/feature-registry';
import type { ViewName } from '../domain/features/feature';
import type { CallOptions, EventStore, FeatureProjection, States } from '../ports';

/** States by view, and the ids of entities whose states did not change but may not have been projected. */
export type ToProject = {
  readonly [View in ViewName]?: { readonly changed: States; readonly unchangedIds: Iterable<string> };
};

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
}

/**
 * Projects what a batch changed. A batch that is delivered again changes nothing, but its first delivery may have ended
 * between the commit and the projection, so its entities are projected as the store has them.
 */
export async function projectStates(needs: Needs, states: ToProject, options: CallOptions): Promise<void> {
  for (const view of Object.values(VIEWS)) {
    const { changed, unchangedIds } = states[view.name] ?? NOTHING;
    const others = [...unchangedIds].filter((id) => !changed.has(id));
    if (others.length > 0) await needs.projection.put(view, await needs.store.states(view, others, options));
    if (changed.size > 0) await needs.projection.put(view, changed);
  }
}

const NOTHING = { changed: new Map(), unchangedIds: [] } as const;
