import type { DecidedItem, Decision, Personalization } from '../domain/decision';
import { rowsOf } from '../domain/feature-table';
import type { PlacedCandidate, Proposal, ScoringFeatures } from './parts';
import type { Ranked } from './rank-candidates';
import type { SlateRun } from './slate-run';

/** How many candidates below the slate a decision record keeps. */
export const RUNNERS_UP = 50;
/** Of how many of these it keeps the features: enough to say what a near miss lacked. */
const FEATURED_RUNNERS_UP = 10;

/** What a decision says of its items. */
export type DecidedSlate = Pick<Decision, 'slate' | 'runnersUp' | 'userFeatures' | 'itemFeatures' | 'personalization'>;

/** What the selector gave, in words and with the features as they were read. */
export function decideSlate(
  run: SlateRun,
  { features }: Pick<Ranked, 'features'>,
  selected: { readonly slate: readonly PlacedCandidate[]; readonly runnersUp: readonly PlacedCandidate[] },
  says: SlateWords,
): DecidedSlate {
  const runnersUp = selected.runnersUp.slice(0, RUNNERS_UP);
  const decided = (placed: PlacedCandidate, position: number): DecidedItem => ({
    itemId: says.idOf(placed.candidate.item),
    position,
    score: placed.candidate.score,
    sourceScores: [...placed.candidate.sourceScores].sort((a, b) => a.rank - b.rank),
    partScores: placed.candidate.parts,
    propensity: placed.propensity,
    placedBy: placed.placedBy,
    boost: placed.candidate.boost,
    reason: says.reasonOf(placed, run.proposals),
  });
  return {
    slate: selected.slate.map(decided),
    runnersUp: runnersUp.map((placed, at) => decided(placed, selected.slate.length + at)),
    ...recorded(features, [...selected.slate, ...runnersUp.slice(0, FEATURED_RUNNERS_UP)]),
    personalization: personalizationOf(run, says.personalSources),
  };
}

/** What turns numbers of a slate into words. */
export interface SlateWords {
  readonly idOf: (item: number) => string;
  readonly reasonOf: ReasonOf;
  /** The names of the sources that are about the user, and not the same for everybody. */
  readonly personalSources: ReadonlySet<string>;
}

/** Says why an item is where it is. */
export type ReasonOf = (placed: PlacedCandidate, proposals: ReadonlyMap<string, Proposal>) => string;

function recorded(features: ScoringFeatures | undefined, placed: readonly PlacedCandidate[]) {
  if (features === undefined) return { userFeatures: [], itemFeatures: undefined };
  const rows = placed.map(({ candidate }) => candidate.row);
  return { userFeatures: features.user, itemFeatures: rowsOf(features.items, rows) };
}

function personalizationOf(run: SlateRun, personalSources: ReadonlySet<string>): Personalization {
  const { user, proposals, degraded } = run;
  if (user.agreement === 'refused') return 'no_consent';
  if (user.agreement === 'unknown') return 'degraded';
  if ([...proposals.values()].some(({ knowsUser }) => knowsUser === true)) return 'personal';
  // A model that is away is no reason: everybody gets the same as long as nobody trained one.
  const failed = degraded.some(({ stage, code }) => personalSources.has(stage) && code !== 'failed_precondition.model');
  return failed ? 'degraded' : 'unknown_user';
}
