import type { ItemChange, ItemFacts, StatedItem } from './domain/catalog/item-facts';
import type { Waiting } from './ports';

/** Every item by a number of its own, given at first sight and never changed in this process, with what is known of it. */
export interface ItemCatalog {
  /** How many numbers were given. */
  readonly size: number;
  /** The number of an item; gives one where it has none yet. */
  numberOf(itemId: string): number;
  /** The number of an item, or -1 where it has none. */
  find(itemId: string): number;
  idOf(item: number): string;
  /** False where the item was taken out of every slate. Items of which nothing is known are available. */
  isAvailable(item: number): boolean;
  /** The number of its author; -1 where that is not known. */
  authorOf(item: number): number;
  /** The number of its category among the topics; -1 where that is not known. */
  categoryOf(item: number): number;
  /** The numbers of its topics: its category and its tags. */
  topicsOf(item: number): ArrayLike<number>;
  /** When it was published, in milliseconds since 1970; NaN where that is not known. */
  publishedAtMs(item: number): number;
  /** The number of an author, or -1. */
  findAuthor(authorId: string): number;
  /** The number of a topic, or -1. */
  findTopic(topic: string): number;
  topicName(topic: number): string;
  authorId(author: number): string;
  /** How many items are by an author. */
  countByAuthor(author: number): number;
  /** How many items are about a topic. */
  countByTopic(topic: number): number;
  /** How many items were taken out of every slate. */
  readonly unavailableCount: number;
  /** Available items published after `sinceMs`, newest first, at most `count`. */
  newest(count: number, sinceMs: number): readonly number[];
}

/** How far a replica has taken over changes of items. */
export interface ItemCursor {
  /** Names one life of the projection. */
  readonly epoch: string;
  readonly sequence: number;
}

/** Items that changed. */
export interface ItemPage {
  readonly items: readonly ItemFacts[];
  readonly cursor: ItemCursor;
  /** Nothing is known to have changed beyond these. */
  readonly isLast: boolean;
  /** Whether the projection has every item, not only those of which the log still says something. */
  readonly isWhole: boolean;
}

/** What slates need of every item, where all replicas look. */
export interface ItemProjection {
  /** Applying a change again, or after a later one, changes nothing. */
  put(changes: readonly ItemChange[]): Promise<void>;
  /** What changed after the cursor; from the beginning for the cursor of a projection that was lost. */
  changesAfter(cursor: ItemCursor, count: number): Promise<ItemPage>;
  /** Whether this holder may fill the projection now; it has to ask again for each page. */
  holdFilling(holder: string): Promise<boolean>;
  /** From now on the projection has every item. */
  markWhole(at: Date): Promise<void>;
}

/** A page of items. */
export interface ListedItems {
  readonly items: readonly StatedItem[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Lists every item that there is. */
export interface ItemLister {
  list(pageToken: string, waiting: Waiting): Promise<ListedItems>;
}
