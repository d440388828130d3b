import type { Csr } from '@attune/kernels';
import { preferencesOf, weightOfValues } from '../als/preference-weights';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { fitEase } from './ease-weights';
import { ItemItemModel } from './item-item-model';
import { type ItemItemSettings, itemItemSearchSpace, itemItemSettings } from './item-item-settings';
import { type ItemWeights, SparseWeights } from './item-weights';
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
  const weights = await fitWeights(request, preferences);
  const seconds = (performance.now() - startMs) / 1000;
  const metrics = { interactions_per_second: preferences.indices.length / seconds };
  request.onProgress?.({ fraction: 1, phase: 'training', metrics });
  return new ItemItemModel({
    weights,
    preferences,
    weightOf,
    servedNeighbors: settings.servedNeighbors,
    metrics: {},
  });
}

async function fitWeights(request: FitRequest<ItemItemSettings>, preferences: Csr): Promise<ItemWeights> {
  const { data, settings, signal, onProgress } = request;
  const common = { preferences, itemCount: data.interactions.itemCount, settings, signal };
  switch (settings.variant) {
    case 'ease': {
      const onFraction = (fraction: number) => onProgress?.({ fraction: 0.99 * fraction, phase: 'inverting' });
      return fitEase({ ...common, onFraction });
    }
    case 'knn':
      return new SparseWeights(await knnWeights(common));
    case 'rp3beta':
      return new SparseWeights(await walkWeights(common));
    default:
      return settings.variant satisfies never;
  }
}
