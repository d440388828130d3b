import { grown } from './growing-columns';
import { InternedNames, ownCopyOf } from './interned-names';
import type { ItemFacts } from './item-facts';
import { NewestItems } from './newest-items';
import { TopicLists } from './topic-lists';

const FIRST_CAPACITY = 4_096;
/** So many of the newest are at hand; nobody asks for more. */
const NEWEST_KEPT = 10_000;
const IS_UNAVAILABLE = 1;
const HAS_CATEGORY = 2;

/**
 * Every item by a dense number, in columns: about 130 bytes per item with a short id, so that a million fit into 150 MB. A number is
 * given at first sight and stays; facts may come later, or never. Nothing here waits, so a reader always sees an item whole.
 */
export class ColumnarItemCatalog {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #authors = new InternedNames();
  readonly #topics = new InternedNames();
  readonly #newest = new NewestItems(NEWEST_KEPT);
  readonly #topicLists = new TopicLists();
  #flags: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #author: Int32Array = new Int32Array(FIRST_CAPACITY).fill(-1);
  #publishedAtMs: Float64Array = new Float64Array(FIRST_CAPACITY).fill(Number.NaN);
  #unavailable = 0;

  get size(): number {
    return this.#ids.length;
  }

  get unavailableCount(): number {
    return this.#unavailable;
  }

  find(itemId: string): number {
    return this.#numbers.get(itemId) ?? -1;
  }

  numberOf(itemId: string): number {
    return this.#numbers.get(itemId) ?? this.#add(ownCopyOf(itemId));
  }

  idOf(item: number): string {
    return this.#ids[item]!;
  }

  isAvailable(item: number): boolean {
    return (this.#flags[item]! & IS_UNAVAILABLE) === 0;
  }

  authorOf(item: number): number {
    return this.#author[item]!;
  }

  categoryOf(item: number): number {
    return (this.#flags[item]! & HAS_CATEGORY) === 0 ? -1 : this.#topicLists.firstOf(item);
  }

  topicsOf(item: number): ArrayLike<number> {
    return this.#topicLists.listOf(item);
  }

  publishedAtMs(item: number): number {
    return this.#publishedAtMs[item]!;
  }

  findAuthor(authorId: string): number {
    return this.#authors.find(authorId);
  }

  authorId(author: number): string {
    return this.#authors.nameOf(author);
  }

  countByAuthor(author: number): number {
    return this.#authors.usesOf(author);
  }

  findTopic(topic: string): number {
    return this.#topics.find(topic);
  }

  topicName(topic: number): string {
    return this.#topics.nameOf(topic);
  }

  countByTopic(topic: number): number {
    return this.#topics.usesOf(topic);
  }

  newest(count: number, sinceMs: number): readonly number[] {
    if (this.#newest.isShort) this.#fillNewest();
    return this.#newest.newest(count, sinceMs);
  }

  /** Takes in what is known of an item now; what was known before gives way. */
  put({ itemId, isAvailable, authorId, hasCategory, topics, publishedAtMs }: ItemFacts): void {
    const item = this.numberOf(itemId);
    const wasAvailable = this.isAvailable(item);
    this.#newest.remove(item, this.#publishedAtMs[item]!);
    this.#unavailable += Number(wasAvailable) - Number(isAvailable);
    this.#flags[item] = (isAvailable ? 0 : IS_UNAVAILABLE) | (hasCategory ? HAS_CATEGORY : 0);
    this.#setAuthor(item, authorId);
    this.#setTopics(item, topics);
    this.#publishedAtMs[item] = publishedAtMs;
    if (this.#isListed(item)) this.#newest.add(item, publishedAtMs);
  }

  #add(itemId: string): number {
    const item = this.#ids.push(itemId) - 1;
    this.#numbers.set(itemId, item);
    this.#flags = grown(this.#flags, item + 1);
    this.#author = grown(this.#author, item + 1);
    this.#publishedAtMs = grown(this.#publishedAtMs, item + 1);
    this.#topicLists.reserve(item + 1);
    this.#author[item] = -1;
    this.#publishedAtMs[item] = Number.NaN;
    return item;
  }

  // The new name is used before the old one is released: a name that stays keeps its number.
  #setAuthor(item: number, authorId: string): void {
    const before = this.#author[item]!;
    this.#author[item] = authorId === '' ? -1 : this.#authors.use(authorId);
    if (before >= 0) this.#authors.release(before);
  }

  #setTopics(item: number, topics: readonly string[]): void {
    const before = [...this.#topicLists.listOf(item)];
    this.#topicLists.set(
      item,
      topics.map((topic) => this.#topics.use(topic)),
    );
    for (const topic of before) this.#topics.release(topic);
  }

  #isListed(item: number): boolean {
    return this.isAvailable(item) && !Number.isNaN(this.#publishedAtMs[item]!);
  }

  #fillNewest(): void {
    this.#newest.clear();
    for (let item = 0; item < this.size; item++) {
      if (this.#isListed(item)) this.#newest.add(item, this.#publishedAtMs[item]!);
    }
  }
}
