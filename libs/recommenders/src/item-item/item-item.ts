import type { Csr } from '@attune/kernels';
import { preferencesOf, weightOfValues } from '../als/preference-weights';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { fitEase } from './ease-weights';
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
  settings: itemItemSettings,
  searchSpace: itemItemSearchSpace,
  fit: fitItemItem,
};

async function fitItemItem(request: FitRequest<ItemItemSettings>): Promise<FittedModel> {
  const { data, settings } = request;
  const { interactions } = data;
  const weightOf = weightOfValues(interactions, settings.weighting);
  const preferences = preferencesOf(interactions, weightOf);
  const startMs = performance.now();
  const { weights, metrics } = await fitWeights(request, preferences);
  const seconds = (performance.now() - startMs) / 1000;
  const speed = { interactions_per_second: preferences.indices.length / seconds };
  request.onProgress?.({ fraction: 1, phase: 'trained', metrics: { ...metrics, ...speed } });
  return new ItemItemModel({
    weights,
    preferences,
    weightOf,
    servedNeighbors: settings.servedNeighbors,
    metrics,
  });
}

async function fitWeights(request: FitRequest<ItemItemSettings>, preferences: Csr): Promise<FittedWeights> {
  const { data, settings, signal, onProgress } = request;
  const common = { preferences, itemCount: data.interactions.itemCount, settings, signal };
  switch (settings.variant) {
    case 'ease':
      return fitEase({ ...common, onProgress });
    case 'graph_filter':
      return fitGraphFilter({ ...common, onProgress });
    case 'knn':
      return { weights: SparseWeights.ofIncoming(await knnWeights(common)), metrics: {} };
    case 'rp3beta':
      return { weights: new SparseWeights(await walkWeights(common)), metrics: {} };
    default:
      return settings.variant satisfies never;
  }
}
