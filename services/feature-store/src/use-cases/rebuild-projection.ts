import type { CallOptions, EventStore, FeatureProjection } from '../ports';
import { projectAll } from './project-all';

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
}

/** Projects everything again, unless the projection is whole; returns how many states were projected. */
export type RebuildProjection = (options?: CallOptions) => Promise<number>;

/** Restores the projection from the store while both are in use. Calls that come while one runs share it. */
export function makeRebuildProjection({ store, projection }: Needs): RebuildProjection {
  let running: Promise<number> | undefined;
  const rebuild = async (options: CallOptions) => {
    if (await projection.isWhole()) return 0;
    let count = 0;
    for await (const soFar of projectAll({ store, projection }, options)) count = soFar;
    return count;
  };
  return (options = {}) => (running ??= rebuild(options).finally(() => (running = undefined)));
}
