import type { ChosenExploration, ChosenStrategy } from '../domain/decision';
import { explorationCount } from '../domain/exploration';
import type { ExplorationArms } from '../domain/exploration-pool';
import { type NamedValue, strategyContext } from '../domain/strategy-context';
import type { SlatePlan } from '../pipeline/slate-plan';
import type { SlateRun } from '../pipeline/slate-run';
import type { ExplorationChooser, StrategyChooser } from '../ports';

/** What the choices need. */
export interface ChooseForSlateParts {
  readonly strategies: StrategyChooser;
  readonly explorers: ExplorationChooser;
  readonly categoryOf: (item: number) => number;
}

/** For which slate. */
export interface SlateAsked {
  /** Uniform in [0, 1). */
  readonly draw: number;
  readonly decisionId: string;
  /** False for a slate that only explains what would be: a policy learns from what becomes of its choices, so it is not asked then. */
  readonly isServed: boolean;
}

/** What is left to chance before anything is proposed. */
export interface SlateChoices {
  readonly strategy: ChosenStrategy;
  /** Absent where no policy chose where to explore. */
  readonly exploration: PolicyExploration | undefined;
}

/** Where to explore, as a policy chose it. */
export interface PolicyExploration {
  readonly arms: ExplorationArms;
  readonly choice: ChosenExploration;
  /** What the policy was told. */
  readonly policyContext: readonly NamedValue[];
}

/** The part of the whole time that policies may take. */
const STRATEGY_SHARE = 0.1;
const STRATEGY_STAGE = 'strategy';
const EXPLORATION_STAGE = 'exploration';

/** Whoever did not agree to personalization gets what is popular. */
const IMPERSONAL: ChosenStrategy = { strategy: 'popularity_based', propensity: 1, chosenBy: 'consent' };

/**
 * Makes the choices that come before the sources: the strategy, and where places left to chance are drawn from. Policies are asked at
 * once, for slates that are served, and only about users who agreed to personalization and to experiments: nobody else is named to them.
 */
export function makeChooseForSlate({ strategies, explorers, categoryOf }: ChooseForSlateParts) {
  return async function chooseForSlate(run: SlateRun, plan: SlatePlan, asked: SlateAsked): Promise<SlateChoices> {
    const { user, request } = run;
    if (user.agreement !== 'agreed') return { strategy: IMPERSONAL, exploration: undefined };
    if (user.experiments !== 'agreed') {
      return { strategy: strategies.mostProbable(request.surface), exploration: undefined };
    }
    const [strategy, exploration] = await Promise.all([
      plan.chosen ?? chooseStrategy(run, asked),
      plan.draft === undefined ? chooseExploration(run, asked) : undefined,
    ]);
    return { strategy, exploration };
  };

  async function chooseStrategy(run: SlateRun, { draw, decisionId, isServed }: SlateAsked): Promise<ChosenStrategy> {
    const { surface, userId } = run.request;
    if (surface.policy === '' || !isServed) return strategies.fallback({ surface, draw });
    const question = { surface, userId, decisionId, context: contextOf(run, categoryOf), draw };
    const outcome = await run.stage(STRATEGY_STAGE, STRATEGY_SHARE, (waiting) => strategies.choose(question, waiting));
    if (outcome.isDone) return outcome.value;
    const message = 'the bandit did not choose a strategy: it was drawn by the probabilities of the surface';
    run.degrade({ ...outcome.degraded, message });
    return { ...strategies.fallback(question), chosenBy: 'fallback' };
  }

  async function chooseExploration(
    run: SlateRun,
    { decisionId, isServed }: SlateAsked,
  ): Promise<PolicyExploration | undefined> {
    const { surface, userId, count } = run.request;
    const { policy, share, pool } = surface.exploration;
    // A slate without any such place leaves nothing to choose.
    if (policy === '' || !isServed || explorationCount({ share, free: count, below: pool }) === 0) return undefined;
    const policyContext = contextOf(run, categoryOf);
    const question = { surface, userId, decisionId, context: policyContext };
    const outcome = await run.stage(EXPLORATION_STAGE, STRATEGY_SHARE, (waiting) =>
      explorers.choose(question, waiting),
    );
    if (outcome.isDone) {
      const { arm, probabilities } = outcome.value;
      const choice = { policy, arm, propensity: probabilities.get(arm)! };
      return { arms: outcome.value, choice, policyContext };
    }
    const message = 'the bandit did not choose where to explore: places left to chance are drawn from the best below';
    run.degrade({ ...outcome.degraded, message });
    return undefined;
  }
}

function contextOf({ user, request }: SlateRun, categoryOf: (item: number) => number): readonly NamedValue[] {
  return strategyContext({
    ...{ nowMs: request.nowMs, context: request.context, categoryOf },
    ...{ seenCount: user.seen.size, recents: user.recents, rejectedCount: user.rejected.length },
    hasLiveVector: user.vector !== undefined,
    blockedCount: user.blockedAuthors.size + user.hiddenTopics.size,
  });
}
