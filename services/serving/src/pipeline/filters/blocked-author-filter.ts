import type { ItemCatalog } from '../../item-ports';
import type { Filter } from '../parts';

/** Takes out everything by authors whom the user blocks. */
export function blockedAuthorFilter({ catalog }: { readonly catalog: ItemCatalog }): Filter {
  return {
    name: 'filters/blocked_author',
    description: 'takes out items by authors whom the user blocks',
    removes: (_, { blockedAuthors }) =>
      blockedAuthors.size === 0 ? undefined : (item) => blockedAuthors.has(catalog.authorOf(item)),
    limit: (_, { blockedAuthors }) => {
      let count = 0;
      for (const author of blockedAuthors) count += catalog.countByAuthor(author);
      return count;
    },
  };
}
