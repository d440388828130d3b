import type { Boost } from './surface';

/** What boosts need to know of items. */
export interface BoostCatalog {
  find(itemId: string): number;
  findAuthor(authorId: string): number;
  findTopic(topic: string): number;
  authorOf(item: number): number;
  categoryOf(item: number): number;
  topicsOf(item: number): ArrayLike<number>;
}

/**
 * By how much the score of an item is multiplied because operators asked for it: the product of all boosts that match it and have
 * not ended at `nowMs`, 1 where none does. A tag matches the category of an item too. Names that the catalog does not know match
 * nothing.
 */
export function boostsAt(boosts: readonly Boost[], catalog: BoostCatalog, nowMs: number): (item: number) => number {
  const tests = boosts
    .filter(({ until }) => isOn(until, nowMs))
    .flatMap((boost) => {
      const matches = matcher(boost, catalog);
      return matches === undefined ? [] : [{ matches, factor: boost.factor }];
    });
  if (tests.length === 0) return unchanged;
  return (item) => tests.reduce((product, { matches, factor }) => (matches(item) ? product * factor : product), 1);
}

/** Whether something that an operator asked for still holds; what has no end does. */
export function isOn(until: string | undefined, nowMs: number): boolean {
  return until === undefined || Date.parse(until) > nowMs;
}

const unchanged = () => 1;

function matcher(boost: Boost, catalog: BoostCatalog): ((item: number) => boolean) | undefined {
  if (boost.itemId !== undefined) return whereKnown(catalog.find(boost.itemId), (own) => (item) => item === own);
  if (boost.authorId !== undefined) {
    return whereKnown(catalog.findAuthor(boost.authorId), (own) => (item) => catalog.authorOf(item) === own);
  }
  if (boost.category !== undefined) {
    return whereKnown(catalog.findTopic(boost.category), (own) => (item) => catalog.categoryOf(item) === own);
  }
  if (boost.tag !== undefined) {
    return whereKnown(catalog.findTopic(boost.tag), (own) => (item) => includes(catalog.topicsOf(item), own));
  }
  return undefined;
}

function whereKnown<T>(found: number, use: (found: number) => T): T | undefined {
  return found < 0 ? undefined : use(found);
}

function includes(values: ArrayLike<number>, wanted: number): boolean {
  for (let at = 0; at < values.length; at++) if (values[at] === wanted) return true;
  return false;
}
