import { VIEWS } from '../domain/feature-registry';
import type { CallOptions, EventStore, FeatureProjection } from '../ports';
import { projectionRebuilt } from '../telemetry';

/**
 * Writes every state of the store into the projection and says that it is whole, while both are in use: versions keep a page that
 * was read a moment ago from overwriting what a consumer projected since. Gives how many states were written so far.
 */
export async function* projectAll(
  { store, projection }: { readonly store: EventStore; readonly projection: FeatureProjection },
  options: CallOptions,
): AsyncGenerator<number> {
  let count = 0;
  for (const view of Object.values(VIEWS)) {
    for await (const states of store.allStates(view, options)) {
      await projection.put(view, states);
      count += states.size;
      yield count;
    }
  }
  await projection.markWhole();
  projectionRebuilt(count);
}
