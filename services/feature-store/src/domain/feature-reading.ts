import { userFacts } from './blocks/user-facts';
import type { EntityState } from './entity-state';
import { FEATURES, VIEWS } from './feature-registry';
import type { FeatureView, PlacedFeature } from './feature-view';
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

/** The feature of a name, whatever its entity. */
export function featureNamed(name: string): PlacedFeature | undefined {
  return PLACED.get(name);
}

/** The features of those names in the order of the names, or all of the entity; undefined stands for a name it does not have. */
export function selectFeatures(entity: FeatureEntity, names: readonly string[]): (PlacedFeature | undefined)[] {
  const all = [...PLACED.values()].filter(({ feature }) => feature.entity === entity);
  if (names.length === 0) return all.sort((a, b) => (a.feature.name < b.feature.name ? -1 : 1));
  return names.map((name) => all.find(({ feature }) => feature.name === name));
}

/** States as each view begins. */
export type Beginnings = Readonly<Record<ViewName, EntityState>>;

/** A known entity of which a view holds nothing is read as that view begins. Nobody changes these. */
export function beginningsOf(views: Readonly<Record<ViewName, FeatureView>>): Beginnings {
  return {
    user: initialState(views.user),
    user_graph: initialState(views.user_graph),
    item: initialState(views.item),
  };
}

const BEGINNINGS = beginningsOf(VIEWS);
const NO_SLOTS = new Float64Array(0);

/** Stands in the place of a value that there is not, and says why. */
export class NoValue {
  constructor(readonly missing: Missing) {}
}

const UNKNOWN = new NoValue('unknown_entity');
const REFUSED = new NoValue('no_consent');
const NEVER_OBSERVED = new NoValue('never_observed');
const EXPIRED = new NoValue('expired');

/** Reads features from states. */
export function readFeatures(selected: readonly PlacedFeature[], subject: Subject, nowMs: number): FeatureReading[] {
  const reader = new SubjectReader(subject, nowMs);
  return selected.map((placed) => reader.read(placed));
}

/** The states of an item, and those of its author where a feature asks for them. */
export type ItemStates = Pick<StatesAtHand, 'item' | 'author' | 'authorGraph'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The states of one subject, prepared once for all features that are read from them. */
export class SubjectReader {
  readonly #states: Mutable<StatesAtHand>;
  readonly #reading: Mutable<Reading>;
  readonly #isUserKnown: boolean;
  #isItemKnown: boolean;
  readonly #refuses: boolean;

  constructor({ states, itemId }: Subject, nowMs: number, beginnings: Beginnings = BEGINNINGS) {
    const { user, userGraph, item } = states;
    this.#isUserKnown = user !== undefined || userGraph !== undefined;
    this.#isItemKnown = item !== undefined;
    this.#refuses = user?.part(userFacts).facts?.personalization ?? false;
    this.#states = {
      user: this.#isUserKnown ? (user ?? beginnings.user) : undefined,
      userGraph: this.#isUserKnown ? (userGraph ?? beginnings.user_graph) : undefined,
      item,
      author: states.author,
      authorGraph: states.authorGraph,
    };
    const itemKey = itemId === '' ? 0 : idHash(itemId);
    this.#reading = { slots: NO_SLOTS, at: 0, nowMs, states: this.#states, itemKey };
  }

  /** Goes on to another item for the same user: what is read from here on is of that one. */
  turnTo({ item, author, authorGraph }: ItemStates, itemId: string): void {
    this.#isItemKnown = item !== undefined;
    this.#states.item = item;
    this.#states.author = author;
    this.#states.authorGraph = authorGraph;
    this.#reading.itemKey = idHash(itemId);
  }

  /** The value with its time, or why there is none. */
  read(placed: PlacedFeature): FeatureReading {
    const { name } = placed.feature;
    const found = this.valueOf(placed);
    if (found === UNKNOWN || found === REFUSED) return { name, updatedAt: undefined, missing: found.missing };
    const state = this.#stateOf(placed.feature);
    const updatedAt = state === undefined || state.observedAtMs < 0 ? undefined : new Date(state.observedAtMs);
    return found instanceof NoValue ? { name, updatedAt, missing: found.missing } : { name, updatedAt, value: found };
  }

  /** The value alone, or why there is none: for those who read millions. */
  valueOf({ feature, at, observedAt }: PlacedFeature): FeatureValue | NoValue {
    const { entity } = feature;
    if (!this.#isKnown(entity)) return UNKNOWN;
    if (this.#refuses && entity !== 'item') return REFUSED;
    const reading = this.#reading;
    reading.slots = this.#stateOf(feature)?.slots ?? NO_SLOTS;
    reading.at = at;
    const value = feature.value(reading) ?? feature.defaultValue;
    if (value === undefined) return NEVER_OBSERVED;
    if (observedAt >= 0 && isExpired(feature, reading.slots[observedAt]!, reading.nowMs)) return EXPIRED;
    return value;
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
