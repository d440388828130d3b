import type { ItemCatalog } from '../../item-ports';
import type { Filter } from '../parts';

/** Takes out what may not be shown to anybody any more. */
export function unavailableFilter({ catalog }: { readonly catalog: ItemCatalog }): Filter {
  return {
    name: 'filters/unavailable',
    description: 'takes out items that were taken out of every slate (available: false)',
    removes: () => (catalog.unavailableCount === 0 ? undefined : (item) => !catalog.isAvailable(item)),
    limit: () => catalog.unavailableCount,
  };
}
