import { decisionIdAt } from '@attune/decision-ids';
import type { ChosenStrategy, Decision } from '../domain/decision';
import { seededRandom } from '../domain/seeded-random';
import type { ItemCatalog } from '../item-ports';
import { type FilledSlate, makeFillSlate } from '../pipeline/fill-slate';
import { gatherCandidates } from '../pipeline/gather-candidates';
import type { AskedModel, Pipeline } from '../pipeline/parts';
import type { RankParts } from '../pipeline/rank-candidates';
import { makeReasons } from '../pipeline/reasons';
import type { SlatePlan } from '../pipeline/slate-plan';
import { type RecommendQuery, slateRequestOf } from '../pipeline/slate-request';
import { type Sifted, SlateRun } from '../pipeline/slate-run';
import type { Clock } from '../ports';
import { type ChooseForSlateParts, makeChooseForSlate, type SlateChoices } from './choose-for-slate';
import type { SlatePlanner } from './plan-slate';

/** What deciding a slate needs. */
export interface DecideSlateParts extends Omit<RankParts, 'scorers' | 'idOf'>, Omit<ChooseForSlateParts, 'categoryOf'> {
  readonly pipeline: Pipeline;
  readonly catalog: Pick<ItemCatalog, 'idOf' | 'find' | 'categoryOf'>;
  readonly plans: SlatePlanner;
  readonly clock: Clock;
  /** Milliseconds from any fixed moment; it never goes back. */
  readonly stopwatch: () => number;
  /** Ten bytes of randomness: they name the decision, and whatever it leaves to chance follows from them. */
  readonly entropy: () => Uint8Array;
  /** The longest that the pipeline may take, however patient the caller is. */
  readonly budgetMs: number;
}

/** How the call of `recommend` may run. */
export interface RecommendCall {
  readonly signal: AbortSignal;
  readonly deadline: Date;
  readonly traceId: string;
}

/** Kept back from the caller's deadline: an answer must also be encoded and sent. */
const RESERVE_MS = 5;
/** The part of the whole time that the hydrators may take. */
const HYDRATORS_SHARE = 0.25;

const NOTHING_KNOWN = {
  stage: 'sources/recent_popularity',
  code: 'failed_precondition.empty',
  message: 'nothing has been recorded yet, so there is nothing to recommend: import or record interactions',
};

/** Decides a slate; nothing of it is recorded. */
export type DecideSlate = (query: RecommendQuery, call: RecommendCall, trail?: SlateTrail) => Promise<Decision>;

/** What is left behind by a slate and is nobody's business but the side effects'. */
export interface SlateTrail {
  asked: readonly AskedModel[];
}

/** Makes what decides a slate, without its side effects: for slates that are served, and for those that explain what would be. */
export function makeDecideSlate(parts: DecideSlateParts): DecideSlate {
  const { hydrators, sources, filters, scorers, selector, sideEffects } = parts.pipeline;
  const { catalog } = parts;
  const idOf = (item: number) => catalog.idOf(item);
  const personalSources = new Set(sources.filter(({ isPersonal }) => isPersonal).map(({ name }) => name));
  const says = { idOf, reasonOf: makeReasons(sources), personalSources };
  const ranking = { scorers, idOf, features: parts.features, boostOf: parts.boostOf };
  const fillSlate = makeFillSlate({ ranking, selector, says });
  const chooseForSlate = makeChooseForSlate({ ...parts, categoryOf: (item) => catalog.categoryOf(item) });

  return async function decideSlateFor(query, call, trail): Promise<Decision> {
    const decidedAt = parts.clock();
    const seed = parts.entropy();
    const random = seededRandom(seed);
    const budgetMs = Math.min(parts.budgetMs, call.deadline.getTime() - decidedAt.getTime() - RESERVE_MS);
    const decisionId = decisionIdAt(decidedAt, seed);
    const requestBy = ({ surface, versions }: SlatePlan) =>
      slateRequestOf(query, { catalog, surface, versions, now: decidedAt });
    // Who is in which experiment is a matter of arithmetic, so that the hydrators know it; whether it holds is a matter of consent.
    const hoped = parts.plans.tried(query, decidedAt.getTime());
    const run = new SlateRun(requestBy(hoped), { signal: call.signal, budgetMs, stopwatch: parts.stopwatch });

    const draw = random();
    await run.hydrate(hydrators, HYDRATORS_SHARE);
    const plan = agreedPlan(hoped, query, run);
    if (plan !== hoped) run.goOnWith(requestBy(plan));
    for (const problem of plan.problems) run.degrade(problem);
    const isServed = trail !== undefined;
    const { strategy: chosen, exploration } = await chooseForSlate(run, plan, { draw, decisionId, isServed });
    const sifted = await gatherCandidates({ sources, filters, idOf }, run);
    if (trail !== undefined) trail.asked = run.askedModels;
    if (sifted.candidateCount === 0) run.degrade(NOTHING_KNOWN);
    const filled = await fillSlate(
      run,
      { strategy: chosen.strategy, draft: plan.draft, arms: exploration?.arms, random },
      sifted.kept,
    );
    for (const { name, problem } of sideEffects) {
      const found = problem?.();
      if (found !== undefined) run.degrade({ stage: name, ...found });
    }
    const strategy = filled.strategy === chosen.strategy ? chosen : fallenBack(filled);
    return decisionOf({ decisionId, query, run, plan, sifted, filled, strategy, exploration, call, decidedAt });
  };

  /** Nothing is tried on those who did not agree to it. Experiments compare personal slates, so they are for those who may get some. */
  function agreedPlan(hoped: SlatePlan, query: RecommendQuery, { user }: SlateRun): SlatePlan {
    if (user.experiments !== 'agreed') return parts.plans.keptOut(query);
    return user.agreement === 'agreed' ? hoped : parts.plans.untried(query);
  }

  function decisionOf(made: Made): Decision {
    const { decisionId, query, run, plan, sifted, filled, strategy, exploration, call, decidedAt } = made;
    return {
      decisionId,
      userId: query.userId,
      surface: query.surface,
      surfaceVersion: run.request.surface.version,
      context: query.context,
      requestedCount: query.count,
      relatedToItemId: query.relatedToItemId,
      decidedAt,
      strategy: strategy.strategy,
      strategyPropensity: strategy.propensity,
      strategyChosenBy: strategy.chosenBy,
      policyContext: strategy.policyContext ?? exploration?.policyContext ?? [],
      explorationChoice: exploration?.choice,
      variants: variantsOf(plan, filled),
      parameters: plan.parameters,
      ...filled.decided,
      sources: run.sourceOutcomes,
      filters: sifted.outcomes,
      candidateCount: sifted.candidateCount,
      models: run.models,
      partModels: run.partModels,
      degraded: run.degraded,
      shadows: [],
      traceId: call.traceId,
      latencyMs: run.elapsedMs,
    };
  }
}

/** A slate that could not be drafted compares nothing, so it must not count for the experiment that would have it drafted. */
function variantsOf({ variants, draft }: SlatePlan, { isDrafted }: FilledSlate): Decision['variants'] {
  return draft === undefined || isDrafted
    ? variants
    : variants.filter(({ experimentId }) => experimentId !== draft.experimentId);
}

const fallenBack = ({ strategy }: FilledSlate): ChosenStrategy => ({ strategy, propensity: 1, chosenBy: 'fallback' });

interface Made {
  readonly decisionId: string;
  readonly query: RecommendQuery;
  readonly run: SlateRun;
  readonly plan: SlatePlan;
  readonly sifted: Sifted;
  readonly filled: FilledSlate;
  readonly strategy: ChosenStrategy;
  readonly exploration: SlateChoices['exploration'];
  readonly call: RecommendCall;
  readonly decidedAt: Date;
}
