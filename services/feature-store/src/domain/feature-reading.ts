import type { FeatureView } from './feature-view';
import type { Feature } from './features/feature';
import type { EntityState } from './packed-state';

/** Why a feature has no value. */
export type Missing = 'unknown_entity' | 'never_observed' | 'expired';

/** One feature of one entity at a moment: a value with the time of the latest event behind it, or why there is none. */
export type FeatureReading =
  | { readonly name: string; readonly value: number; readonly updatedAt: Date | undefined }
  | { readonly name: string; readonly missing: Missing; readonly updatedAt: Date | undefined };

/** A feature of a view with the slots it reads. */
export interface SelectedFeature {
  readonly feature: Feature;
  readonly offset: number;
}

/** The features of those names in the order of the names, or all of the view; undefined stands for a name it does not have. */
export function selectFeatures(view: FeatureView, names: readonly string[]): (SelectedFeature | undefined)[] {
  const wanted = names.length === 0 ? view.features.map(({ name }) => name) : names;
  return wanted.map((name) => {
    const index = view.features.findIndex((feature) => feature.name === name);
    return index < 0 ? undefined : { feature: view.features[index]!, offset: view.offsets[index]! };
  });
}

/** Reads features from a state; an undefined state is an entity that nothing is known of. */
export function readFeatures(
  selected: readonly SelectedFeature[],
  state: EntityState | undefined,
  nowMs: number,
): FeatureReading[] {
  if (state === undefined) {
    return selected.map(({ feature }) => ({ name: feature.name, missing: 'unknown_entity', updatedAt: undefined }));
  }
  const updatedAt = state.observedAtMs < 0 ? undefined : new Date(state.observedAtMs);
  return selected.map((one) => readOne(one, state, nowMs, updatedAt));
}

function readOne(
  { feature, offset }: SelectedFeature,
  state: EntityState,
  nowMs: number,
  updatedAt: Date | undefined,
): FeatureReading {
  const { name, timeToLiveSeconds, defaultValue } = feature;
  const isExpired = timeToLiveSeconds > 0 && nowMs - state.observedAtMs > timeToLiveSeconds * 1_000;
  const observed = feature.value(state.slots.subarray(offset, offset + feature.initial.length), nowMs);
  const value = observed ?? defaultValue;
  if (value === undefined) return { name, missing: 'never_observed', updatedAt };
  if (isExpired) return { name, missing: 'expired', updatedAt };
  return { name, value, updatedAt };
}
