import { AppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type { ItemCatalog } from '../item-ports';
import type { ModelKind, ModelShelf } from '../model-ports';
import type { Waiting } from '../ports';

/** Which items are asked for. */
export interface SimilarItemsQuery {
  readonly itemId: string;
  readonly count: number;
  readonly excludedItemIds: ReadonlySet<string>;
}

/** An item with how similar it is, on the scale of the model. */
export interface SimilarItem {
  readonly itemId: string;
  readonly score: number;
}

/** Items like another one, and the model that says so. */
export interface SimilarItemsAnswer {
  readonly items: readonly SimilarItem[];
  readonly model: ModelRef;
}

/** What the use case needs. */
export interface SimilarItemsParts {
  readonly models: ModelShelf;
  readonly catalog: Pick<ItemCatalog, 'find' | 'idOf' | 'isAvailable'>;
}

/** Which models say what is like an item, the one whose word counts most first: what people liked together, then what items say of themselves. */
const KINDS: readonly ModelKind[] = ['als', 'item_item', 'content'];

/** Asked beyond the list, so that items which are not available leave it no shorter. */
const SPARE = 20;

/** Makes the use case: the items that are nearest to an item, by the first model that knows it. The same for everybody. */
export function makeSimilarItems({ models, catalog }: SimilarItemsParts) {
  return async function similarItems(query: SimilarItemsQuery, waiting: Waiting): Promise<SimilarItemsAnswer> {
    const item = catalog.find(query.itemId);
    const asked: ModelRef[] = [];
    for (const kind of KINDS) {
      // a canary serves users, and here is none
      using model = models.borrow(kind, '');
      if (model === undefined) continue;
      asked.push(model.ref);
      if (item < 0) continue;
      const wanted = Math.min(query.count + query.excludedItemIds.size + SPARE, model.itemCount);
      const { items, scores, isKnown } = await model.retrieve({ by: 'item', item }, wanted, waiting);
      if (!isKnown) continue;
      const found = Array.from(items, (other, at) => ({ item: other, score: scores[at]! }))
        .filter((other) => catalog.isAvailable(other.item))
        .map((other) => ({ itemId: catalog.idOf(other.item), score: other.score }))
        .filter(({ itemId }) => !query.excludedItemIds.has(itemId));
      return { items: found.slice(0, query.count), model: model.ref };
    }
    throw nobodyKnows(query.itemId, asked);
  };
}

function nobodyKnows(itemId: string, asked: readonly ModelRef[]): AppError {
  if (asked.length === 0) {
    const message = `no model that finds similar items is loaded yet: train one of ${KINDS.join(', ')} and promote it`;
    return new AppError('failed_precondition.model', message);
  }
  const names = asked.map(({ name, version }) => `${name} version ${version}`).join(', ');
  const message = `item "${itemId}" is not known to ${names}; it appears there with the first training after its first interactions`;
  return new AppError('not_found.item', message);
}
