import type { ItemFacts } from '../domain/catalog/item-facts';

const IS_UNAVAILABLE = 1;
const HAS_CATEGORY = 2;

/** Facts in a few bytes: `<flags><published at, ms>` and then, line by line, the author and the topics. No id or topic has a line break. */
export function packFacts({ isAvailable, hasCategory, authorId, topics, publishedAtMs }: ItemFacts): string {
  const flags = (isAvailable ? 0 : IS_UNAVAILABLE) | (hasCategory ? HAS_CATEGORY : 0);
  return [`${flags}${Number.isNaN(publishedAtMs) ? '' : publishedAtMs}`, authorId, ...topics].join('\n');
}

/** What `<accepted at>|<event id>|<packed facts>` says; undefined where it is not that. */
export function unpackFacts(itemId: string, kept: string): ItemFacts | undefined {
  const from = kept.indexOf('|', kept.indexOf('|') + 1) + 1;
  if (from === 0) return undefined;
  const [head, authorId, ...topics] = kept.slice(from).split('\n');
  if (authorId === undefined || !/^[0-3](-?\d+)?$/.test(head!)) return undefined;
  const flags = Number(head![0]);
  return {
    itemId,
    isAvailable: (flags & IS_UNAVAILABLE) === 0,
    authorId,
    hasCategory: (flags & HAS_CATEGORY) !== 0,
    topics,
    publishedAtMs: head!.length === 1 ? Number.NaN : Number(head!.slice(1)),
  };
}
