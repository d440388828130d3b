import { toAppError } from '@attune/errors';
import type { Decision } from '../domain/decision';
import type { Pipeline, SideEffect, SlateRequest, Source } from '../pipeline/parts';
import { runStage } from '../pipeline/run-stage';
import { RUNNERS_UP } from '../pipeline/selectors/source-order-selector';
import { type Sifted, SlateRun } from '../pipeline/slate-run';
import type { Clock } from '../ports';
import { sideEffectFailed } from '../telemetry';

/** What `recommend` needs. */
export interface RecommendParts {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Milliseconds from any fixed moment; it never goes back. */
  readonly stopwatch: () => number;
  readonly newDecisionId: (now: Date) => string;
  /** The longest that the pipeline may take, however patient the caller is. */
  readonly budgetMs: number;
  /** Runs after the answer was given. */
  readonly later: (run: () => void) => void;
}

/** How the call of `recommend` may run. */
export interface RecommendCall {
  readonly signal: AbortSignal;
  readonly deadline: Date;
  readonly traceId: string;
}

/** Kept back from the caller's deadline: an answer must also be encoded and sent. */
const RESERVE_MS = 5;
/** A user who has seen thousands of items rarely needs them all passed over; who does gets a second round. */
const FIRST_ROUND_SPARE = 400;
// Parts of the whole time. What the first round of sources leaves belongs to the second.
const HYDRATORS_SHARE = 0.25;
const SOURCES_SHARE = 0.5;

const NOTES = {
  refused: 'the user did not agree to personalization',
  unknown: 'it is not known whether the user agreed to personalization',
};
const NOTHING_KNOWN = {
  stage: 'sources/recent_popularity',
  code: 'failed_precondition.empty',
  message: 'nothing has been recorded yet, so there is nothing to recommend: import or record interactions',
};

/** Makes the use case: a ranked slate, always answered from the stages that work. */
export function makeRecommend(parts: RecommendParts) {
  const { hydrators, sources, filters, selector, sideEffects } = parts.pipeline;

  return async function recommend(request: SlateRequest, call: RecommendCall): Promise<Decision> {
    const decidedAt = parts.clock();
    const budgetMs = Math.min(parts.budgetMs, call.deadline.getTime() - decidedAt.getTime() - RESERVE_MS);
    const run = new SlateRun(request, { signal: call.signal, budgetMs, stopwatch: parts.stopwatch });

    await run.hydrate(hydrators, HYDRATORS_SHARE);
    if (run.user.agreement !== 'agreed') run.leaveOut(sources.filter(isPersonal), NOTES[run.user.agreement]);
    const removable = filters.reduce((sum, filter) => sum + filter.limit(request, run.user), 0);
    const wanted = request.count + RUNNERS_UP;
    await run.gather(inTurn('always', run), wanted + Math.min(removable, FIRST_ROUND_SPARE), SOURCES_SHARE);
    let sifted = run.sift(filters);
    if (sifted.kept.length < request.count) {
      await run.gather(notExhausted(run), wanted + removable, 1);
      sifted = run.sift(filters);
    }
    if (sifted.kept.length < request.count) {
      await run.gather(inTurn('when_short', run), wanted + removable, 1);
      sifted = run.sift(filters);
    }
    if (sifted.candidateCount === 0) run.degrade(NOTHING_KNOWN);
    const selected = await select(run, sifted, call.signal);
    for (const { name, problem } of sideEffects) {
      const found = problem?.();
      if (found !== undefined) run.degrade({ stage: name, ...found });
    }
    const decision = decisionOf({ request, run, sifted, selected, call, decidedAt });
    parts.later(() => {
      for (const effect of sideEffects) attempt(effect, decision);
    });
    return decision;
  };

  function inTurn(turn: 'always' | 'when_short', { user }: SlateRun) {
    const mayAsk = (source: Source) => user.agreement === 'agreed' || !isPersonal(source);
    return sources.filter((source) => source.turn === turn && mayAsk(source));
  }

  function notExhausted(run: SlateRun) {
    return inTurn('always', run).filter((source) => run.proposals.get(source.name)?.isExhausted === false);
  }

  async function select(run: SlateRun, { kept }: Sifted, signal: AbortSignal) {
    const selection = { request: run.request, user: run.user, candidates: kept, proposals: run.proposals };
    const outcome = await runStage(selector.name, { signal, budgetMs: parts.budgetMs }, async () =>
      selector.select(selection),
    );
    if (outcome.isDone) return outcome.value;
    run.degrade({ ...outcome.degraded, message: 'the candidates could not be ranked: the slate is empty' });
    return {
      strategy: 'popularity_based',
      strategyPropensity: 1,
      personalization: 'degraded',
      slate: [],
      runnersUp: [],
    } as const;
  }

  function decisionOf({ request, run, sifted, selected, call, decidedAt }: Made): Decision {
    return {
      decisionId: parts.newDecisionId(decidedAt),
      userId: request.userId,
      surface: request.surface,
      context: request.context,
      requestedCount: request.count,
      decidedAt,
      ...selected,
      sources: run.sourceOutcomes,
      filters: sifted.outcomes,
      candidateCount: sifted.candidateCount,
      models: run.models,
      degraded: run.degraded,
      traceId: call.traceId,
      latencyMs: run.elapsedMs,
    };
  }
}

const isPersonal = (source: Source) => source.isPersonal;

// Nobody waits for a side effect any more, so its failure can only be counted.
function attempt({ name, after }: SideEffect, decision: Decision): void {
  try {
    after(decision);
  } catch (error) {
    sideEffectFailed(name, toAppError(error).code);
  }
}

interface Made {
  readonly request: SlateRequest;
  readonly run: SlateRun;
  readonly sifted: Sifted;
  readonly selected: Pick<Decision, 'strategy' | 'strategyPropensity' | 'personalization' | 'slate' | 'runnersUp'>;
  readonly call: RecommendCall;
  readonly decidedAt: Date;
}
