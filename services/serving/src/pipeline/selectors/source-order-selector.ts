import type { Candidate, SourceScore } from '../../domain/candidate';
import type { DecidedItem, Personalization } from '../../domain/decision';
import type { Selection, Selector } from '../parts';

/** How many candidates below the slate a decision record keeps. */
export const RUNNERS_UP = 50;

// Earlier sources decide; a later one only fills the places that they leave empty, so that scores of different scales never
// meet.
const ORDER = ['collaborative', 'trending', 'recent_popularity'] as const;
const REASONS: Readonly<Record<(typeof ORDER)[number], string>> = {
  collaborative: 'People with your taste liked it',
  trending: 'Trending',
  recent_popularity: 'Popular in the last hours',
};

/** Ranks by the model that knows the user, and fills up with what is popular: never short while there are candidates. */
export const sourceOrderSelector: Selector = {
  name: 'selectors/source_order',
  select: (selection) => {
    const ranked = ORDER.flatMap((source) => decidedBy(source, selection.candidates)).map(place);
    const personalization = personalizationOf(selection);
    const { count } = selection.request;
    return {
      strategy: personalization === 'personal' ? 'collaborative_filtering' : 'popularity_based',
      strategyPropensity: 1,
      personalization,
      slate: ranked.slice(0, count),
      runnersUp: ranked.slice(count, count + RUNNERS_UP),
    };
  },
};

interface Ranked {
  readonly candidate: Candidate;
  readonly by: SourceScore & { readonly source: (typeof ORDER)[number] };
}

function decidedBy(source: (typeof ORDER)[number], candidates: readonly Candidate[]): Ranked[] {
  const earlier: readonly string[] = ORDER.slice(0, ORDER.indexOf(source));
  const ranked: Ranked[] = [];
  for (const candidate of candidates) {
    if (candidate.sourceScores.some((entry) => earlier.includes(entry.source))) continue;
    const by = candidate.sourceScores.find((entry) => entry.source === source);
    if (by !== undefined) ranked.push({ candidate, by: { ...by, source } });
  }
  return ranked.sort((a, b) => a.by.rank - b.by.rank);
}

function place({ candidate, by }: Ranked, position: number): DecidedItem {
  const others = candidate.sourceScores.filter((entry) => entry.source !== by.source);
  return {
    itemId: candidate.itemId,
    position,
    score: by.score,
    sourceScores: [{ source: by.source, score: by.score, rank: by.rank }, ...others.sort((a, b) => a.rank - b.rank)],
    propensity: 1,
    reason: REASONS[by.source],
  };
}

function personalizationOf({ proposals, user }: Selection): Personalization {
  if (user.agreement === 'refused') return 'no_consent';
  const collaborative = proposals.get('sources/collaborative');
  if (collaborative === undefined) return 'degraded';
  return collaborative.knowsUser === true ? 'personal' : 'unknown_user';
}
