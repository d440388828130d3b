import type { ScorePart } from '../domain/surface';
import type { PlacedCandidate, Proposal, Source } from './parts';

/** Sources whose reason says best what a part of the score found, best first. */
const SOURCES_OF_PART: Readonly<Record<ScorePart, readonly string[]>> = {
  collaborative: ['collaborative'],
  content: ['content', 'item_item'],
  neural: ['neural'],
  popularity: ['trending', 'recent_popularity'],
  engagement: [],
  rules: [],
};
/** What is closer to the user is the better reason. */
const PREFERRED = [
  ...['similar', 'social', 'item_item', 'content', 'collaborative', 'neural', 'fresh', 'trending', 'recent_popularity'],
];

/** Makes the function that says in a few words why an item is where it is. It looks at what was answered to one request only. */
export function makeReasons(sources: readonly Source[]) {
  const byName = new Map(sources.map((source) => [source.name, source]));
  return function reasonOf(placed: PlacedCandidate, proposals: ReadonlyMap<string, Proposal>): string {
    if (placed.placedBy === 'pin') return 'Chosen by the editors';
    const proposedBy = placed.candidate.sourceScores.map(({ source }) => source);
    const leading = leadingPart(placed);
    const best = leading === undefined ? [] : SOURCES_OF_PART[leading].filter((source) => proposedBy.includes(source));
    // Proof by people one follows is worth saying whatever ranked the item.
    const social = proposedBy.includes('social') ? ['social'] : [];
    const order = [...social, ...best, ...PREFERRED.filter((source) => proposedBy.includes(source))];
    for (const source of order) {
      const stage = `sources/${source}`;
      const reason = proposals.get(stage)?.because?.(placed.candidate.item) ?? byName.get(stage)?.reason;
      if (reason !== undefined) return reason;
    }
    return 'Trending';
  };
}

/** The part that lifts the item most: by its weight and by how far it is above the middle of the scale. */
function leadingPart({ candidate }: PlacedCandidate): ScorePart | undefined {
  let leading: ScorePart | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const { part, calibrated, weight } of candidate.parts) {
    const lift = weight * (calibrated - 0.5);
    if (SOURCES_OF_PART[part].length > 0 && lift > most) [leading, most] = [part, lift];
  }
  return leading;
}
