import type { ByteReader, ByteWriter } from '../bytes';
import type { ItemFacts } from '../facts';
import { isLaterChange, NO_CHANGE, readChange, writeChange } from './latest-change';
import type { Part } from './part';

/** What kinds of content there are; states keep the position. */
export const CONTENT_TYPES = ['unknown', 'text', 'image', 'video'] as const;

/** The latest facts of an item; its holder is changed in place. */
export interface ItemFactsHolder {
  facts: ItemFacts | undefined;
}

/** What an item is: the features of its content, and what a user's taste takes from it. */
export const itemFacts: Part<ItemFactsHolder> = {
  name: 'item_facts',
  version: 1,
  hears: ({ kind }) => kind === 'item',
  initial: () => ({ facts: undefined }),
  on: (event, holder) => {
    if (event.kind !== 'item' || !isLaterChange(event.facts, holder.facts ?? NO_CHANGE)) return false;
    holder.facts = event.facts;
    return true;
  },
  write,
  read,
};

function write({ facts }: ItemFactsHolder, out: ByteWriter): void {
  out.byte(facts === undefined ? 0 : 1);
  if (facts === undefined) return;
  // The author comes first: a read of features finds whose states it needs without reading the rest.
  out.text(facts.authorId);
  writeChange(facts, out);
  out.text(facts.category);
  out.count(facts.tags.length);
  for (const tag of facts.tags) out.text(tag);
  out.count(facts.authorKey);
  out.byte(facts.contentType);
  for (const name of NUMBERS) out.number(facts[name]);
  out.count(facts.topics.length);
  for (const topic of facts.topics) out.text(topic);
}

const NUMBERS = ['publishedAtMs', 'contentLength', 'mediaCount', 'sentiment', 'readability'] as const;

function read(from: ByteReader): ItemFactsHolder {
  if (from.byte() === 0) return { facts: undefined };
  const authorId = from.text();
  const change = readChange(from);
  const facts: Omit<ItemFacts, (typeof NUMBERS)[number] | 'topics'> = {
    authorId,
    ...change,
    category: from.text(),
    tags: texts(from),
    authorKey: from.count(),
    contentType: from.byte(),
  };
  const [publishedAtMs, contentLength, mediaCount, sentiment, readability] = NUMBERS.map(() => from.number()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const topics = texts(from);
  return { facts: { ...facts, publishedAtMs, contentLength, mediaCount, sentiment, readability, topics } };
}

function texts(from: ByteReader): string[] {
  return Array.from({ length: from.count() }, () => from.text());
}
