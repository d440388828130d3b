import type { Part } from '../blocks/part';
import { userFacts } from '../blocks/user-facts';
import { FEATURES, VIEWS } from '../feature-registry';
import { type FeatureView, makeView, type PlacedFeature } from '../feature-view';
import type { Feature, ViewName } from '../features/feature';
import { engagedItems } from './engaged-items';

/** What a replay folds: the views with the chosen features alone, and where those stand in them. */
export interface ReplayedViews {
  readonly views: Readonly<Record<ViewName | 'author', FeatureView>>;
  /** In the order of their names. */
  readonly selected: readonly PlacedFeature[];
  /** Whether states of items and of their authors are looked at. */
  readonly needsItems: boolean;
  readonly needsAuthors: boolean;
}

/**
 * What reads see of the author of an item: the profile. Every thread keeps that of all users, while what users do is folded by one
 * thread each. A feature that looks at more of an author finds no such part, and fails.
 */
const AUTHOR = makeView('user', [], [userFacts] as readonly Part[]);

/**
 * Chooses what to fold for some features, or all: the same folds and parts as online, without the features that nobody asked for.
 * A feature reads its own slots and the parts alone, so that its values are the same. Where items are sampled, the states of users
 * also remember what each engaged with.
 */
export function replayedViews(names: readonly string[], isSampling: boolean): ReplayedViews {
  const chosen = names.length === 0 ? FEATURES : FEATURES.filter(({ name }) => names.includes(name));
  const userParts = isSampling ? [...VIEWS.user.parts, engagedItems] : VIEWS.user.parts;
  const views = {
    item: makeView('item', chosen, VIEWS.item.parts),
    user: makeView('user', chosen, userParts as FeatureView['parts']),
    user_graph: makeView('user_graph', chosen, VIEWS.user_graph.parts),
    author: AUTHOR,
  };
  return {
    views,
    selected: [...chosen].sort((a, b) => (a.name < b.name ? -1 : 1)).map((feature) => placeOf(feature, views)),
    needsItems: isSampling || chosen.some(({ entity }) => entity !== 'user'),
    needsAuthors: chosen.some(({ needsAuthor }) => needsAuthor),
  };
}

function placeOf(feature: Feature, views: ReplayedViews['views']): PlacedFeature {
  const own = feature.view === 'user_item' ? undefined : views[feature.view].features;
  return own?.find((placed) => placed.feature === feature) ?? { feature, at: 0, observedAt: -1 };
}
