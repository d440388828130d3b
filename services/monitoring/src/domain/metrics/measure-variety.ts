import type { ModelVersion } from '../facts';
import type { LabelSetMaker } from './label-sets';
import type { SeriesBuilder } from './series-builder';

/** What was shown within an hour. */
export interface ShownItems {
  /** Items that were known at the end of it. */
  readonly knownCount: number;
  /** How often each item was shown, in the order of ids. */
  readonly all: readonly ShownItem[];
  /** The same, of slates that a model took part in. */
  readonly byModel: readonly { readonly model: ModelVersion; readonly items: readonly ShownItem[] }[];
}

/** How often an item was shown. */
export interface ShownItem {
  readonly itemId: string;
  readonly count: number;
}

/** Adds how much of what is known was shown, and how rare that is among everything that was shown. */
export function measureVariety(
  into: SeriesBuilder,
  { knownCount, all, byModel }: ShownItems,
  labels: LabelSetMaker,
): void {
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const countOf = new Map(all.map(({ itemId, count }) => [itemId, count]));
  // what was shown is known, whether or not its item ever came in
  const known = Math.max(knownCount, all.length);
  const add = (models: readonly ModelVersion[] | undefined, items: readonly ShownItem[]) => {
    if (items.length === 0) return;
    const wanted = models === undefined ? 0 : 2;
    for (const set of labels.of(models === undefined ? {} : { models })('coverage')) {
      if (Object.keys(set.labels).length !== wanted) continue;
      into.at('coverage', set).add(items.length / known);
      for (const { itemId, count } of items)
        into.at('novelty', set).add(-Math.log2(countOf.get(itemId)! / total), count);
    }
  };
  add(undefined, all);
  for (const { model, items } of byModel) add([model], items);
}
