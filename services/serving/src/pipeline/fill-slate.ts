import type { Candidate } from '../domain/candidate';
import type { ExplorationArms } from '../domain/exploration-pool';
import type { Strategy, Surface } from '../domain/surface';
import { type DecidedSlate, decideSlate, RUNNERS_UP, type SlateWords } from './decide';
import { draftSlate } from './draft-slate';
import type { PlacedCandidate, Selector, SlateRequest } from './parts';
import { type Ranked, type RankParts, rankCandidates } from './rank-candidates';
import type { SlateRun } from './slate-run';

/** One of the two rankings that a slate is drafted from. */
export interface Team {
  /** The variant of the experiment. */
  readonly variant: string;
  readonly strategy: Strategy;
  /** The surface as this variant has it: only what ranks and selects differs. */
  readonly surface: Surface;
}

/** An interleaved slate: which experiment compares which two rankings. */
export interface Draft {
  readonly experimentId: string;
  readonly teams: readonly [Team, Team];
}

/** How candidates become a slate. */
export interface FillBy {
  readonly strategy: Strategy;
  readonly draft: Draft | undefined;
  readonly arms: ExplorationArms | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A slate, and what it was really made by. */
export interface FilledSlate {
  readonly decided: DecidedSlate;
  /** `rule_based` where no part of the one that was asked for could answer. */
  readonly strategy: Strategy;
  readonly isDrafted: boolean;
}

/** What filling slates needs. */
export interface FillSlateParts {
  readonly ranking: RankParts;
  readonly selector: Selector;
  readonly says: SlateWords;
}

/** Selecting is no work to speak of: whatever is left is enough. */
const SELECTOR_SHARE = 1;

type Selected = ReturnType<Selector['select']>;

/** Makes what ranks candidates and selects the slate of them, or drafts it from two rankings. */
export function makeFillSlate({ ranking, selector, says }: FillSlateParts) {
  return async function fillSlate(run: SlateRun, by: FillBy, kept: readonly Candidate[]): Promise<FilledSlate> {
    if (by.draft !== undefined) return fillByDraft(run, by, by.draft, kept);
    const ranked = await rankCandidates(ranking, run, { strategy: by.strategy, request: run.request }, kept);
    return plain(run, by, ranked);
  };

  async function plain(run: SlateRun, by: FillBy, ranked: Ranked): Promise<FilledSlate> {
    const selected = (await select(run, by, ranked, run.request)) ?? withoutSelector(run, ranked);
    const decided = decideSlate(run, ranked, selected, says);
    return { decided, strategy: ranked.strategy, isDrafted: false };
  }

  async function fillByDraft(run: SlateRun, by: FillBy, draft: Draft, kept: readonly Candidate[]) {
    const rankedBy = ({ strategy, surface }: Team) => ({ strategy, request: { ...run.request, surface } });
    const [own, other] = draft.teams;
    const rankings = [
      await rankCandidates(ranking, run, rankedBy(own), kept),
      await rankCandidates(ranking, run, rankedBy(other), kept),
    ] as const;
    const select = (team: 0 | 1) => selectFor(run, by, rankings[team], draft.teams[team]);
    const isSound = rankings.every(({ strategy }, team) => strategy === draft.teams[team]!.strategy);
    const selections = isSound ? [await select(0), await select(1)] : [];
    const [first, second] = selections;
    if (first === undefined || second === undefined) {
      run.degrade(noDraft(draft));
      return plain(run, by, rankings[0]);
    }
    const drafted = draftSlate([first, second], draft.teams, by.random);
    // Rows of features are those of the candidates, which are the same for both; what a team did not need it did not read.
    const features = moreFeatures(rankings[0], rankings[1]);
    return { decided: decideSlate(run, { features }, drafted, says), strategy: own.strategy, isDrafted: true };
  }

  /** Without places left to chance: in a draft they would be nobody's. */
  function selectFor(run: SlateRun, by: FillBy, ranked: Ranked, { surface }: Team) {
    const exploration = { ...surface.exploration, share: 0 };
    return select(run, by, ranked, { ...run.request, surface: { ...surface, exploration } });
  }

  async function select(run: SlateRun, by: FillBy, ranked: Ranked, request: SlateRequest) {
    const { strategy, candidates, features } = ranked;
    const { arms, random } = by;
    const outcome = await run.stage(selector.name, SELECTOR_SHARE, async () =>
      selector.select({ request, user: run.user, strategy, candidates, features, arms, random }),
    );
    if (outcome.isDone) return outcome.value;
    // What selects is ours and pure, so this is a defect of ours: the ranking itself is still a slate.
    run.degrade({ ...outcome.degraded, message: 'the slate is the plain ranking, without diversity and pins' });
    return undefined;
  }
}

function withoutSelector({ request }: SlateRun, { candidates }: Ranked): Selected {
  const placed = candidates.map((candidate): PlacedCandidate => ({ candidate, propensity: 1, placedBy: 'rank' }));
  return {
    slate: placed.slice(0, request.count),
    runnersUp: placed.slice(request.count, request.count + RUNNERS_UP),
  };
}

function noDraft({ experimentId }: Draft) {
  return {
    stage: `experiments/${experimentId}`,
    code: 'failed_precondition.draft',
    message: 'not both variants could rank, so the slate is of the first alone and counts for none',
  };
}

function moreFeatures({ features: one }: Ranked, { features: other }: Ranked): Ranked['features'] {
  return (other?.items.names.length ?? -1) > (one?.items.names.length ?? -1) ? other : one;
}
