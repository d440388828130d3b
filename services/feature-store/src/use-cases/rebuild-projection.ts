import { VIEWS } from '../domain/feature-registry';
import type { CallOptions, EventStore, FeatureProjection } from '../ports';
import { projectionRebuilt } from '../telemetry';

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
}

/** Projects everything again, unless the projection is whole; returns how many states were projected. */
export type RebuildProjection = (options?: CallOptions) => Promise<number>;

/**
 * Restores the projection from the store while both are in use: versions keep a page that was read a moment ago from
 * overwriting what a consumer projected since. Calls that come while one runs share it.
 */
export function makeRebuildProjection({ store, projection }: Needs): RebuildProjection {
  let running: Promise<number> | undefined;
  const rebuild = async (options: CallOptions) => {
    if (await projection.isWhole()) return 0;
    let count = 0;
    for (const view of Object.values(VIEWS)) {
      for await (const states of store.allStates(view, options)) {
        await projection.put(view, states);
        count += states.size;
      }
    }
    await projection.markWhole();
    projectionRebuilt(count);
    return count;
  };
  return (options = {}) => (running ??= rebuild(options).finally(() => (running = undefined)));
}
