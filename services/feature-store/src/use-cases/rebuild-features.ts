import { VIEWS } from '../domain/feature-registry';
import type { CallOptions, EventStore, FeatureProjection } from '../ports';
import { projectionRebuilt } from '../telemetry';
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

/**
 * Restores all of the projection while everything is in use, whole or not: an operator asks for it. Versions keep a page that was
 * read a moment ago from overwriting what a consumer projected since.
 */
export function makeRebuildFeatures({ store, projection, refoldStates }: Needs) {
  return async function* rebuildFeatures(
    { fromHistory }: { readonly fromHistory: boolean },
    options: CallOptions = {},
  ): AsyncGenerator<RebuildProgress> {
    yield { stateCount: 0, fraction: 0 };
    if (fromHistory) await refoldStates('all');
    const expected = await store.stateCount(options);
    let stateCount = 0;
    for (const view of Object.values(VIEWS)) {
      for await (const states of store.allStates(view, options)) {
        await projection.put(view, states);
        stateCount += states.size;
        yield { stateCount, fraction: Math.min(0.99, stateCount / Math.max(expected, 1)) };
      }
    }
    await projection.markWhole();
    projectionRebuilt(stateCount);
    yield { stateCount, fraction: 1 };
  };
}
