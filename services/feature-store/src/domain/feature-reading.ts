import { userFacts } from './blocks/user-facts';
import type { EntityState } from './entity-state';
import { FEATURES, VIEWS } from './feature-registry';
import type { PlacedFeature } from './feature-view';
import type { Feature, FeatureEntity, FeatureValue, Reading, StatesAtHand, ViewName } from './features/feature';
import { idHash } from './id-hash';
import { initialState } from './packed-state';

/** Why a feature has no value. */
export type Missing = 'unknown_entity' | 'never_observed' | 'expired' | 'no_consent';

/** One feature of one entity at a moment: a value with the time of the latest event behind it, or why there is none. */
export type FeatureReading = { readonly name: string; readonly updatedAt: Date | undefined } & (
  | { readonly value: FeatureValue }
  | { readonly missing: Missing }
);

/** What is read: an entity, or a pair. */
export interface Subject {
  readonly states: StatesAtHand;
  /** The item of an item or a pair; empty for a user. */
  readonly itemId: string;
}

const PLACED: ReadonlyMap<string, PlacedFeature> = new Map(
  FEATURES.map((feature) => {
    const own = feature.view === 'user_item' ? undefined : VIEWS[feature.view].features;
    return [feature.name, own?.find((placed) => placed.feature === feature) ?? { feature, at: 0, observedAt: -1 }];
  }),
);

/** The features of those names in the order of the names, or all of the entity; undefined stands for a name it does not have. */
export function selectFeatures(entity: FeatureEntity, names: readonly string[]): (PlacedFeature | undefined)[] {
  const all = [...PLACED.values()].filter(({ feature }) => feature.entity === entity);
  if (names.length === 0) return all.sort((a, b) => (a.feature.name < b.feature.name ? -1 : 1));
  return names.map((name) => all.find(({ feature }) => feature.name === name));
}

// A known entity of which a view holds nothing is read as that view begins. Nobody changes these.
const BEGINNINGS: Readonly<Record<ViewName, EntityState>> = {
  user: initialState(VIEWS.user),
  user_graph: initialState(VIEWS.user_graph),
  item: initialState(VIEWS.item),
};

const NO_SLOTS = new Float64Array(0);

/** Reads features from states. */
export function readFeatures(selected: readonly PlacedFeature[], subject: Subject, nowMs: number): FeatureReading[] {
  const reader = new SubjectReader(subject, nowMs);
  return selected.map((placed) => reader.read(placed));
}

/** The states of one subject, prepared once for all features that are read from them. */
class SubjectReader {
  readonly #reading: { slots: Float64Array; at: number } & Reading;
  readonly #isUserKnown: boolean;
  readonly #isItemKnown: boolean;
  readonly #refuses: boolean;

  constructor({ states, itemId }: Subject, nowMs: number) {
    const { user, userGraph, item } = states;
    this.#isUserKnown = user !== undefined || userGraph !== undefined;
    this.#isItemKnown = item !== undefined;
    this.#refuses = user?.part(userFacts).facts?.personalization ?? false;
    const known = this.#isUserKnown
      ? { ...states, user: user ?? BEGINNINGS.user, userGraph: userGraph ?? BEGINNINGS.user_graph }
      : states;
    const itemKey = itemId === '' ? 0 : idHash(itemId);
    this.#reading = { slots: NO_SLOTS, at: 0, nowMs, states: known, itemKey };
  }

  read({ feature, at, observedAt }: PlacedFeature): FeatureReading {
    const { name, entity } = feature;
    const state = this.#stateOf(feature);
    const updatedAt = state === undefined || state.observedAtMs < 0 ? undefined : new Date(state.observedAtMs);
    if (!this.#isKnown(entity)) return { name, updatedAt: undefined, missing: 'unknown_entity' };
    if (this.#refuses && entity !== 'item') return { name, updatedAt: undefined, missing: 'no_consent' };
    const reading = this.#reading;
    reading.slots = state?.slots ?? NO_SLOTS;
    reading.at = at;
    const value = feature.value(reading) ?? feature.defaultValue;
    if (value === undefined) return { name, updatedAt, missing: 'never_observed' };
    if (observedAt >= 0 && isExpired(feature, reading.slots[observedAt]!, reading.nowMs)) {
      return { name, updatedAt, missing: 'expired' };
    }
    return { name, updatedAt, value };
  }

  #isKnown(entity: FeatureEntity): boolean {
    if (entity === 'user') return this.#isUserKnown;
    return this.#isItemKnown || (entity === 'user_item' && this.#isUserKnown);
  }

  #stateOf({ view }: Feature): EntityState | undefined {
    const { user, userGraph, item } = this.#reading.states;
    if (view === 'user') return user;
    return view === 'user_graph' ? userGraph : item;
  }
}

function isExpired({ timeToLiveSeconds }: Feature, observedAtMs: number, nowMs: number): boolean {
  return observedAtMs >= 0 && nowMs - observedAtMs > timeToLiveSeconds * 1_000;
}
