import type { ChosenStrategy, Decision } from '../domain/decision';
import { decisionIdAt } from '../domain/decision-id';
import { seededRandom } from '../domain/seeded-random';
import type { ItemCatalog } from '../item-ports';
import { type DecidedSlate, decideSlate, RUNNERS_UP } from '../pipeline/decide';
import { gatherCandidates } from '../pipeline/gather-candidates';
import type { AskedModel, Pipeline } from '../pipeline/parts';
import { type Ranked, type RankParts, rankCandidates } from '../pipeline/rank-candidates';
import { makeReasons } from '../pipeline/reasons';
import { type RecommendQuery, slateRequestOf } from '../pipeline/slate-request';
import { type Sifted, SlateRun } from '../pipeline/slate-run';
import type { Clock, StrategyChooser, Surfaces } from '../ports';

/** What deciding a slate needs. */
export interface DecideSlateParts extends Omit<RankParts, 'scorers' | 'idOf'> {
  readonly pipeline: Pipeline;
  readonly catalog: Pick<ItemCatalog, 'idOf' | 'find'>;
  readonly surfaces: Surfaces;
  readonly strategies: StrategyChooser;
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
/** The part that the choice of the strategy may take, where it is a question to the bandit. */
const STRATEGY_SHARE = 0.1;
const STRATEGY_STAGE = 'strategy';
/** Selecting is no work to speak of: whatever is left is enough. */
const SELECTOR_SHARE = 1;

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
  const rankParts = { scorers, idOf, features: parts.features, boostOf: parts.boostOf };

  return async function decideSlateFor(query, call, trail): Promise<Decision> {
    const decidedAt = parts.clock();
    const seed = parts.entropy();
    const random = seededRandom(seed);
    const budgetMs = Math.min(parts.budgetMs, call.deadline.getTime() - decidedAt.getTime() - RESERVE_MS);
    const request = slateRequestOf(query, { catalog, surfaces: parts.surfaces, now: decidedAt });
    const run = new SlateRun(request, { signal: call.signal, budgetMs, stopwatch: parts.stopwatch });

    const draw = random();
    await run.hydrate(hydrators, HYDRATORS_SHARE);
    // Only now: nobody who did not agree is named to the bandit.
    const chosen = impersonal(run) ?? (await choose(run, draw));
    const sifted = await gatherCandidates({ sources, filters, idOf }, run);
    if (trail !== undefined) trail.asked = run.askedModels;
    if (sifted.candidateCount === 0) run.degrade(NOTHING_KNOWN);
    const ranked = await rankCandidates(rankParts, run, chosen.strategy, sifted.kept);
    const decided = await select(run, ranked, random);
    for (const { name, problem } of sideEffects) {
      const found = problem?.();
      if (found !== undefined) run.degrade({ stage: name, ...found });
    }
    const strategy = ranked.strategy === chosen.strategy ? chosen : fallenBack(ranked);
    const decisionId = decisionIdAt(decidedAt, seed);
    return decisionOf({ decisionId, query, run, sifted, decided, strategy, call, decidedAt });
  };

  async function choose(run: SlateRun, draw: number): Promise<ChosenStrategy> {
    const { surface, userId, context } = run.request;
    const question = { surface, userId, context, draw };
    if (surface.policy === '') return parts.strategies.fallback(question);
    const outcome = await run.stage(STRATEGY_STAGE, STRATEGY_SHARE, (waiting) =>
      parts.strategies.choose(question, waiting),
    );
    if (outcome.isDone) return outcome.value;
    const message = 'the bandit did not choose a strategy: it was drawn by the probabilities of the surface';
    run.degrade({ ...outcome.degraded, message });
    return { ...parts.strategies.fallback(question), chosenBy: 'fallback' };
  }

  async function select(run: SlateRun, { strategy, candidates, features }: Ranked, random: () => number) {
    const { request, user } = run;
    const outcome = await run.stage(selector.name, SELECTOR_SHARE, async () =>
      selector.select({ request, user, strategy, candidates, features, random }),
    );
    if (outcome.isDone) return decideSlate(run, { features }, outcome.value, says);
    // What selects is ours and pure, so this is a defect of ours: the ranking itself is still a slate.
    run.degrade({ ...outcome.degraded, message: 'the slate is the plain ranking, without diversity and pins' });
    const placed = candidates.map((candidate) => ({ candidate, propensity: 1, placedBy: 'rank' as const }));
    const plain = {
      slate: placed.slice(0, request.count),
      runnersUp: placed.slice(request.count, request.count + RUNNERS_UP),
    };
    return decideSlate(run, { features }, plain, says);
  }

  function decisionOf({ decisionId, query, run, sifted, decided, strategy, call, decidedAt }: Made): Decision {
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
      ...decided,
      sources: run.sourceOutcomes,
      filters: sifted.outcomes,
      candidateCount: sifted.candidateCount,
      models: run.models,
      degraded: run.degraded,
      shadows: [],
      traceId: call.traceId,
      latencyMs: run.elapsedMs,
    };
  }
}

// Whoever did not agree gets what is popular, whatever was chosen: that choice must not count as one.
function impersonal({ user }: SlateRun): ChosenStrategy | undefined {
  if (user.agreement === 'agreed') return undefined;
  return { strategy: 'popularity_based', propensity: 1, chosenBy: 'consent' };
}

const fallenBack = ({ strategy }: Ranked): ChosenStrategy => ({ strategy, propensity: 1, chosenBy: 'fallback' });

interface Made {
  readonly decisionId: string;
  readonly query: RecommendQuery;
  readonly run: SlateRun;
  readonly sifted: Sifted;
  readonly decided: DecidedSlate;
  readonly strategy: ChosenStrategy;
  readonly call: RecommendCall;
  readonly decidedAt: Date;
}
