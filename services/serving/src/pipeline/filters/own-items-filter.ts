import type { ItemCatalog } from '../../item-ports';
import type { Filter } from '../parts';

/** Takes out what the user published: nobody needs to be told of their own posts, which their followers like, and people like them. */
export function ownItemsFilter({ catalog }: { readonly catalog: ItemCatalog }): Filter {
  return {
    name: 'filters/own_items',
    description: 'takes out what the user published',
    removes: ({ userId }) => {
      const author = catalog.findAuthor(userId);
      return author < 0 ? undefined : (item) => catalog.authorOf(item) === author;
    },
    limit: ({ userId }) => {
      const author = catalog.findAuthor(userId);
      return author < 0 ? 0 : catalog.countByAuthor(author);
    },
  };
}
