import type { ScorePart } from '../domain/surface';
import { type PlacedCandidate, type Proposal, type Source, shortName } from './parts';

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
  const byName = new Map(sources.map((source) => [shortName(source.name), source]));
  return function reasonOf(placed: PlacedCandidate, proposals: ReadonlyMap<string, Proposal>): string {
    if (placed.placedBy === 'pin') return 'Chosen by the editors';
    const { item, sourceScores } = placed.candidate;
    const says = (name: string): string | undefined => {
      const source = byName.get(name);
      if (source === undefined || !sourceScores.some((one) => one.source === name)) return undefined;
      return proposals.get(source.name)?.because?.(item) ?? source.reason;
    };
    const leading = leadingPart(placed);
    return (
      // Proof by people one follows is worth saying whatever ranked the item.
      says('social') ??
      (leading && firstSaid(SOURCES_OF_PART[leading], says)) ??
      firstSaid(PREFERRED, says) ??
      firstSaid(
        sourceScores.map(({ source }) => source),
        says,
      ) ??
      ''
    );
  };
}

function firstSaid(sources: readonly string[], says: (source: string) => string | undefined): string | undefined {
  for (const source of sources) {
    const said = says(source);
    if (said !== undefined) return said;
  }
  return undefined;
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
