import type { ItemCatalog } from '../../item-ports';
import type { Filter } from '../parts';

/** Takes out everything about topics that the user does not want to see: neither as its category nor among its tags. */
export function hiddenTopicFilter({ catalog }: { readonly catalog: ItemCatalog }): Filter {
  return {
    name: 'filters/hidden_topic',
    description: 'takes out items whose category or one of whose tags the user does not want to see',
    removes: (_, { hiddenTopics }) =>
      hiddenTopics.size === 0 ? undefined : (item) => isAboutOneOf(hiddenTopics, catalog.topicsOf(item)),
    limit: (_, { hiddenTopics }) => {
      let count = 0;
      for (const topic of hiddenTopics) count += catalog.countByTopic(topic);
      return count;
    },
  };
}

function isAboutOneOf(hidden: ReadonlySet<number>, topics: ArrayLike<number>): boolean {
  for (let at = 0; at < topics.length; at++) if (hidden.has(topics[at]!)) return true;
  return false;
}
