/** An item with the score of whoever proposed it; higher is better. */
export interface ScoredItem {
  readonly itemId: string;
  readonly score: number;
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
  readonly itemId: string;
  /** At most one entry per source. */
  readonly sourceScores: readonly SourceScore[];
}

/** What one source proposed, best first. */
export interface RankedList {
  readonly source: string;
  readonly items: readonly ScoredItem[];
}

/** Joins the lists of the sources: one candidate per item. The order is the lists' own, list after list, first mention first. */
export function mergeCandidates(lists: readonly RankedList[]): Candidate[] {
  const scoresOf = new Map<string, SourceScore[]>();
  for (const { source, items } of lists) {
    for (let rank = 0; rank < items.length; rank++) {
      const { itemId, score } = items[rank]!;
      const known = scoresOf.get(itemId);
      if (known === undefined) scoresOf.set(itemId, [{ source, score, rank }]);
      else if (known.every((entry) => entry.source !== source)) known.push({ source, score, rank });
    }
  }
  return Array.from(scoresOf, ([itemId, sourceScores]) => ({ itemId, sourceScores }));
}
