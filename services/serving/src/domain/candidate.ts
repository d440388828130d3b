/** What one source proposed: items by their numbers in the catalog, best first, with the source's own scores. */
export interface RankedList {
  readonly source: string;
  readonly items: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** The score and the place that one source gave an item. */
export interface SourceScore {
  readonly source: string;
  readonly score: number;
  /** The place in the source's list, counted from 0. */
  readonly rank: number;
}

/** An item that may enter the slate, with everything the sources said about it. */
export interface Candidate {
  /** The number of the item in the catalog. */
  readonly item: number;
  /** At most one entry per source. */
  readonly sourceScores: readonly SourceScore[];
}

/** Joins the lists of the sources, each of another source: one candidate per item. The order is the lists' own, list after list, first mention first. */
export function mergeCandidates(lists: readonly RankedList[]): Candidate[] {
  const scoresOf = new Map<number, SourceScore[]>();
  for (const { source, items, scores } of lists) {
    for (let rank = 0; rank < items.length; rank++) {
      const item = items[rank]!;
      const entry = { source, score: scores[rank]!, rank };
      const known = scoresOf.get(item);
      if (known === undefined) scoresOf.set(item, [entry]);
      // Lists come one after the other, so only the last entry can be of this one.
      else if (known[known.length - 1]!.source !== source) known.push(entry);
    }
  }
  return Array.from(scoresOf, ([item, sourceScores]) => ({ item, sourceScores }));
}
