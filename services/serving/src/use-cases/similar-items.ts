import { AppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type { ItemCatalog, ModelAnswer, ModelKind, ModelShelf, Waiting } from '../ports';

/** Which items are asked for. */
export interface SimilarItemsQuery {
  readonly itemId: string;
  readonly count: number;
  readonly excludedItemIds: ReadonlySet<string>;
}

/** An item with its cosine to the one that was asked about. */
export interface SimilarItem {
  readonly itemId: string;
  readonly score: number;
}

/** What similar items are found with. */
export interface SimilarItemsParts {
  readonly models: ModelShelf;
  readonly catalog: Pick<ItemCatalog, 'find' | 'idOf'>;
}

/** Those that know what people liked together come first; content knows items that nobody has liked yet. */
const KINDS: readonly ModelKind[] = ['als', 'item_item', 'content'];

/** Makes the use case: the items nearest to an item, by the first model that knows it. */
export function makeSimilarItems({ models, catalog }: SimilarItemsParts) {
  return async function similarItems(
    { itemId, count, excludedItemIds }: SimilarItemsQuery,
    waiting: Waiting,
  ): Promise<{ readonly items: readonly SimilarItem[]; readonly model: ModelRef }> {
    const item = catalog.find(itemId);
    const asked: ModelRef[] = [];
    for (const kind of KINDS) {
      using model = models.borrow(kind, '');
      if (model === undefined) continue;
      asked.push(model.ref);
      if (item < 0) continue;
      // An item is its own nearest neighbour, hence one more.
      const wanted = Math.min(count + excludedItemIds.size + 1, model.itemCount);
      const answer = await model.retrieve({ by: 'item', item }, wanted, waiting);
      if (!answer.isKnown) continue;
      const others = itemsOf(answer, catalog).filter(
        (one) => one.itemId !== itemId && !excludedItemIds.has(one.itemId),
      );
      return { items: others.slice(0, count), model: model.ref };
    }
    throw unknownItem(itemId, asked);
  };
}

function itemsOf({ items, scores }: ModelAnswer, catalog: Pick<ItemCatalog, 'idOf'>): SimilarItem[] {
  return Array.from(items, (item, at) => ({ itemId: catalog.idOf(item), score: scores[at]! }));
}

function unknownItem(itemId: string, asked: readonly ModelRef[]): AppError {
  if (asked.length === 0) {
    const message = `no model of the kinds ${KINDS.join(', ')} is loaded yet: train one and promote it`;
    return new AppError('failed_precondition.model', message);
  }
  const names = asked.map(({ name, version }) => `${name} version ${version}`).join(', ');
  const message = `item "${itemId}" is not known to ${names}; it appears there with the first training or update after its first interactions`;
  return new AppError('not_found.item', message);
}
