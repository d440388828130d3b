import type { CallOptions, EventStore, FeatureProjection } from '../ports';
import { projectAll } from './project-all';
import type { RefoldStates } from './refold-states';

/** How far a rebuild is. */
export interface RebuildProgress {
  readonly stateCount: number;
  readonly fraction: number;
}

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
  readonly refoldStates: RefoldStates;
}

/** Restores all of the projection while everything is in use, whole or not: an operator asks for it. */
export function makeRebuildFeatures({ store, projection, refoldStates }: Needs) {
  return async function* rebuildFeatures(
    { fromHistory }: { readonly fromHistory: boolean },
    options: CallOptions = {},
  ): AsyncGenerator<RebuildProgress> {
    yield { stateCount: 0, fraction: 0 };
    if (fromHistory) await refoldStates('all');
    const expected = await store.stateCount(options);
    let stateCount = 0;
    for await (stateCount of projectAll({ store, projection }, options)) {
      yield { stateCount, fraction: Math.min(0.99, stateCount / Math.max(expected, 1)) };
    }
    yield { stateCount, fraction: 1 };
  };
}
