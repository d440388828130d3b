import { AppError } from '@attune/errors';
import type { ScoredItem } from '../domain/candidate';
import type { ModelRef } from '../domain/decision';
import type { ModelShelf, Waiting } from '../ports';

/** Which items are asked for. */
export interface SimilarItemsQuery {
  readonly itemId: string;
  readonly count: number;
  readonly excludedItemIds: ReadonlySet<string>;
}

/** Makes the use case: the items whose place in the model is nearest to an item's. */
export function makeSimilarItems({ models }: { readonly models: ModelShelf }) {
  return async function similarItems(
    { itemId, count, excludedItemIds }: SimilarItemsQuery,
    waiting: Waiting,
  ): Promise<{ readonly items: readonly ScoredItem[]; readonly model: ModelRef }> {
    using model = models.borrow('als');
    if (model === undefined) {
      throw new AppError('failed_precondition.model', 'no "als" model is loaded yet: train one and promote it');
    }
    // An item is its own nearest neighbour, hence one more.
    const wanted = Math.min(count + excludedItemIds.size + 1, model.itemCount);
    const { items, isKnown } = await model.similarTo(itemId, wanted, waiting);
    if (!isKnown) {
      const { name, version } = model.ref;
      const message = `item "${itemId}" is not known to ${name} version ${version}; it appears there with the first training after its first interactions`;
      throw new AppError('not_found.item', message);
    }
    const others = items.filter((item) => item.itemId !== itemId && !excludedItemIds.has(item.itemId));
    return { items: others.slice(0, count), model: model.ref };
  };
}
