import type { FeatureView } from './feature-view';
import type { FeatureEvent } from './features/feature';
import type { EntityState } from './packed-state';

/** Folds events into the state of one entity, which it changes in place: it runs for every event. */
export function foldInto(view: FeatureView, state: EntityState, events: readonly FeatureEvent[]): void {
  view.features.forEach((feature, index) => {
    const at = view.offsets[index]!;
    const own = state.slots.subarray(at, at + feature.initial.length);
    for (const event of events) feature.on(event, own);
  });
  for (const event of events) state.observedAtMs = Math.max(state.observedAtMs, event.occurredAtMs);
}
