import type { EntityState } from './entity-state';
import type { FeatureEvent } from './feature-event';
import type { FeatureView } from './feature-view';

/** Folds events into the state of one entity, which it changes in place: it runs for every event. */
export function foldInto(view: FeatureView, state: EntityState, events: readonly FeatureEvent[]): void {
  const { slots } = state;
  for (const { feature, at, observedAt } of view.features) {
    if (feature.on === undefined) continue;
    for (const event of events) {
      const isObserved = feature.on(event, slots, at);
      if (isObserved && observedAt >= 0 && event.occurredAtMs > slots[observedAt]!) {
        slots[observedAt] = event.occurredAtMs;
      }
    }
  }
  view.parts.forEach((part, index) => {
    if (!events.some(part.hears)) return;
    const content = state.partAt(index);
    for (const event of events) if (part.on(event, content)) state.partChanged(index);
  });
  state.changed();
  for (const event of events) state.observedAtMs = Math.max(state.observedAtMs, event.occurredAtMs);
}
