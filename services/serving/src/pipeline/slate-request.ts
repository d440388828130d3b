import type { Surface } from '../domain/surface';
import type { ItemCatalog } from '../item-ports';
import type { VersionRules } from '../model-ports';
import type { SlateRequest } from './parts';

/** What a caller asks for. */
export interface RecommendQuery {
  readonly userId: string;
  /** The name of the surface. */
  readonly surface: string;
  readonly count: number;
  readonly context: Readonly<Record<string, string>>;
  readonly excludedItemIds: readonly string[];
  readonly includeSeen: boolean;
  /** Items like this one are wanted; empty for none. */
  readonly relatedToItemId: string;
}

/** What turns ids into numbers, and how the slate is to be made. */
export interface RequestContext {
  readonly catalog: Pick<ItemCatalog, 'find'>;
  readonly surface: Surface;
  readonly versions: VersionRules;
  readonly now: Date;
}

/** A request as the pipeline understands it. */
export function slateRequestOf(
  query: RecommendQuery,
  { catalog, surface, versions, now }: RequestContext,
): SlateRequest {
  const { userId, count, context, includeSeen, relatedToItemId } = query;
  const related = relatedToItemId === '' ? -1 : catalog.find(relatedToItemId);
  const excluded = numbersByNow(catalog, [...query.excludedItemIds, ...(relatedToItemId ? [relatedToItemId] : [])]);
  return {
    ...{ userId, count, context, includeSeen },
    ...{ surface, versions },
    get excluded() {
      return excluded();
    },
    relatedTo: related < 0 ? undefined : related,
    nowMs: now.getTime(),
  };
}

/** The numbers of those items that have one by now: the catalog may hear of an item while its slate is made. */
function numbersByNow(catalog: Pick<ItemCatalog, 'find'>, itemIds: readonly string[]): () => ReadonlySet<number> {
  const found = new Set<number>();
  let unknown = itemIds;
  return () => {
    unknown = unknown.filter((itemId) => {
      const item = catalog.find(itemId);
      if (item >= 0) found.add(item);
      return item < 0;
    });
    return found;
  };
}
