import type { Csr } from '@attune/kernels';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { preferencesOf, weightOfValues } from '../weights/preference-weights';
import { fitEase } from './ease-weights';
import { withFollows } from './follow-columns';
import { fitGraphFilter } from './graph-filter';
import { ItemItemModel } from './item-item-model';
import { type ItemItemSettings, itemItemSearchSpace, itemItemSettings } from './item-item-settings';
import { type FittedWeights, SparseWeights } from './item-weights';
import { knnWeights, walkWeights } from './neighbor-weights';

/** Items that speak for items; docs/models/item_item.md has its equations. */
export const ITEM_ITEM: ModelDefinition<ItemItemSettings> = {
  name: 'item_item',
  description:
    'What goes with what a user liked: linear item-item weights (EASE, nearest neighbours), exact for new users.',
  tasks: ['ranking'],
  needs: [],
  uses: ['follows'],
  settings: itemItemSettings,
  searchSpace: itemItemSearchSpace,
  fit: fitItemItem,
};

async function fitItemItem(request: FitRequest<ItemItemSettings>): Promise<FittedModel> {
  const { data, settings } = request;
  const { interactions } = data;
  const { itemCount } = interactions;
  const weightOf = weightOfValues(interactions, settings.weighting);
  const preferences = preferencesOf(interactions, weightOf);
  const startMs = performance.now();
  const known = addFollows(request, preferences);
  const { weights, metrics } = await fitWeights(request, preferences, known);
  const seconds = (performance.now() - startMs) / 1000;
  const speed = { interactions_per_second: preferences.indices.length / seconds };
  request.onProgress?.({ fraction: 1, phase: 'trained', metrics: { ...metrics, ...speed } });
  const { servedMegabytes } = settings;
  const matrix = known.matrix;
  return new ItemItemModel({
    weights,
    itemCount,
    matrix,
    weightOf,
    servedMegabytes,
    metrics: { ...metrics, ...known.metrics },
  });
}

/** What is known of users. */
interface KnownOfUsers {
  /** [users x columns]: items, then whom they follow. */
  readonly matrix: Csr;
  readonly columnCount: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Joins follows where they are given and wanted, and an inverse of the users' size is at hand, which they need; the metrics tell. */
function addFollows({ data, settings }: FitRequest<ItemItemSettings>, preferences: Csr): KnownOfUsers {
  const { itemCount, userCount } = data.interactions;
  const { socialWeight, maxDenseItems, variant } = settings;
  const without = { matrix: preferences, columnCount: itemCount };
  if (data.follows === undefined || socialWeight === 0) return { ...without, metrics: {} };
  const isLinear = variant === 'ease' || variant === 'graph_filter';
  if (!isLinear || userCount > maxDenseItems) return { ...without, metrics: { follows_used: 0 } };
  const matrix = withFollows(preferences, itemCount, data.follows, socialWeight);
  return { matrix, columnCount: itemCount + userCount, metrics: { follows_used: 1 } };
}

async function fitWeights(
  { data, settings, signal, onProgress }: FitRequest<ItemItemSettings>,
  preferences: Csr,
  { matrix, columnCount }: KnownOfUsers,
): Promise<FittedWeights> {
  const neighbors = { preferences, itemCount: data.interactions.itemCount, settings, signal };
  switch (settings.variant) {
    case 'ease': {
      const { offsets, rowCount } = preferences;
      const lengths = Int32Array.from({ length: rowCount }, (_, user) => offsets[user + 1]! - offsets[user]!);
      return fitEase({ matrix, columnCount, lengths, settings, signal, onProgress });
    }
    case 'graph_filter':
      return fitGraphFilter({ matrix, columnCount, settings, signal, onProgress });
    case 'knn':
      return { weights: SparseWeights.ofIncoming(await knnWeights(neighbors)), metrics: {} };
    case 'rp3beta':
      return { weights: new SparseWeights(await walkWeights(neighbors)), metrics: {} };
    default:
      return settings.variant satisfies never;
  }
}
