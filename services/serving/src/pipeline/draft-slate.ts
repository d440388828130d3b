import { teamDraft } from '../domain/team-draft';
import type { PlacedCandidate, Selector } from './parts';

type Selected = ReturnType<Selector['select']>;

/**
 * One slate of two: pins stay in their places, which are the same in both, and the others are drafted (`teamDraft`), each by its team.
 * Below the slate are the rest of both, in turn.
 */
export function draftSlate(
  selections: readonly [Selected, Selected],
  teams: readonly [{ readonly variant: string }, { readonly variant: string }],
  random: () => number,
): Selected {
  const [{ slate: frame }] = selections;
  const rankings = [rankingOf(selections[0]), rankingOf(selections[1])] as const;
  const places = frame.filter(({ placedBy }) => placedBy !== 'pin').length;
  const total = rankings[0].size + rankings[1].size;
  const picks = teamDraft([[...rankings[0].keys()], [...rankings[1].keys()]], total, random);
  const placed = picks.map(({ team, item, propensity }): PlacedCandidate => {
    const { candidate } = rankings[team].get(item)!;
    return { candidate, propensity, placedBy: `team:${teams[team].variant}` };
  });
  let next = 0;
  const slate = frame.map((one) => (one.placedBy === 'pin' ? one : placed[next++]!));
  const below = placed.slice(places).map((one): PlacedCandidate => ({ ...one, propensity: 1, placedBy: 'rank' }));
  return { slate, runnersUp: below };
}

/** By item, best first: what was ranked into the slate, and then what is below it. */
function rankingOf({ slate, runnersUp }: Selected): ReadonlyMap<number, PlacedCandidate> {
  const ranked = [...slate.filter(({ placedBy }) => placedBy !== 'pin'), ...runnersUp];
  return new Map(ranked.map((placed) => [placed.candidate.item, placed]));
}
